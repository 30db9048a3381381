// Compiles documents to a program: one node for each reachable schema. A work list replaces recursion, so deep and
// circular schemas are no problem.
//
// Checks the type of every keyword and reports the expected one.
#pragma once

#include "schema/documents.hpp"
#include "schema/node.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolrack::schema {

class compiler {
public:
    compiler(documents& from, const limits& bounds) : documents_(from) { made_.bounds = bounds; }
    compiler(const compiler&) = delete;
    compiler& operator=(const compiler&) = delete;

    program make(const boost::json::value& root);

private:
    using value = boost::json::value;
    using object = boost::json::object;

    // The schema whose node is being made; `source` is its object.
    struct work {
        const value& schema;
        const object& source;
        const dialect& rules;
        node& made;
    };

    node_id node_for(const value& schema);
    node make_node(const value& schema);
    void enter(const value& schema);

    void references(work& w);
    void types_and_values(work& w);
    void numbers(work& w);
    void counts(work& w);
    void strings(work& w);
    void needed_members(work& w);
    void member_schemas(work& w);
    void item_schemas(work& w);
    void contained(work& w);
    void dependents(work& w);
    void combinations(work& w);
    void unevaluated(work& w);
    void definitions(work& w);

    // Readers of one keyword; each refuses a value that it did not expect.
    [[noreturn]] void refuse_at(const work& w, std::string_view keyword, std::string sentence) const;
    std::optional<number> number_at(const work& w, std::string_view keyword) const;
    std::optional<std::uint64_t> count_at(const work& w, std::string_view keyword) const;
    std::optional<std::string_view> text_at(const work& w, std::string_view keyword) const;
    const object* object_at(const work& w, std::string_view keyword) const;
    const boost::json::array* array_at(const work& w, std::string_view keyword) const;
    bool flag_at(const work& w, std::string_view keyword) const;
    std::optional<node_id> schema_at(const work& w, std::string_view keyword);
    std::vector<node_id> schemas_at(const work& w, std::string_view keyword);
    std::vector<std::string> names_in(const work& w, std::string_view keyword, const value& list) const;
    pattern pattern_from(const work& w, std::string_view keyword, std::string_view source) const;
    template <class Count>
    void range_at(work& w, std::string_view least, std::string_view most) const;

    documents& documents_;
    program made_;
    std::vector<const value*> sources_;  // of the nodes, in their order
    std::unordered_map<const value*, node_id> ids_;
};

// A node that refers to itself without descending into the value.
std::optional<node_id> find_endless(const std::vector<node>& nodes);

}  // namespace toolrack::schema
