// One check of one value: evaluates the program on the value.
//
// The first pass is silent and allocates nothing for most schemas; it ends at the first failed rule. Only for an
// invalid value a second pass collects faults, up to a limit.
#pragma once

#include "schema/effort.hpp"
#include "schema/equal.hpp"
#include "schema/node.hpp"
#include "schema/pattern.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolrack::schema {

// The place of a value in its parent: a member name or an index.
struct place {
    const place* parent = nullptr;
    std::string_view name;
    std::size_t index = 0;
    bool is_member = false;

    std::string pointer() const;
};

type_set types_of(const boost::json::value& v);

class evaluation {
public:
    evaluation(const program& in, std::vector<fault>* reported)
        : in_(in), reported_(reported), left_(in.bounds.steps), matcher_(left_) {}
    evaluation(const evaluation&) = delete;
    evaluation& operator=(const evaluation&) = delete;

    // Throws too_expensive.
    bool fits(const boost::json::value& instance);

private:
    using value = boost::json::value;

    // Which items or members of the value in hand some rule has evaluated, for `unevaluated*`.
    using marks = std::vector<bool>;

    // The resources that the walk has come through, for `$dynamicRef`.
    struct scope {
        const scope* outer;
        resource_id resource;
    };

    // A schema and the value that it meets.
    struct meeting {
        node_id id;
        const node& schema;
        const value& instance;
        const place& at;
        const scope& within;
        marks* seen;  // null when nobody asks
    };

    class silence;
    class deeper;

    bool fits(node_id id, const value& instance, const place& at, const scope& within, marks* seen);
    bool all_hold(const meeting& m);
    bool all_hold_and_track(const meeting& m);

    bool fits_here(node_id id, const meeting& m) { return fits(id, m.instance, m.at, m.within, m.seen); }
    bool fits_inside(node_id id, const meeting& m, const value& part, const place& at) {
        return fits(id, part, at, m.within, nullptr);
    }
    bool fits_silently(node_id id, const meeting& m, const value& part, marks* seen);
    bool item_fits(node_id id, const meeting& m, std::size_t index);
    bool member_fits(node_id id, const meeting& m, const boost::json::key_value_pair& member);

    bool holds(const number_range& r, const meeting& m);
    bool holds(const multiple_of& r, const meeting& m);
    bool holds(const text_length& r, const meeting& m);
    bool holds(const matches& r, const meeting& m);
    bool holds(const one_of_values& r, const meeting& m);
    bool holds(const item_count& r, const meeting& m);
    bool holds(const member_count& r, const meeting& m);
    bool holds(const required& r, const meeting& m);
    bool holds(const members& r, const meeting& m);
    bool holds(const items& r, const meeting& m);
    bool holds(const unique_items& r, const meeting& m);
    bool holds(const contains& r, const meeting& m);
    bool holds(const property_names& r, const meeting& m);
    bool holds(const dependent_required& r, const meeting& m);
    bool holds(const dependent_schema& r, const meeting& m);
    bool holds(const reference& r, const meeting& m);
    bool holds(const dynamic_reference& r, const meeting& m);
    bool holds(const all_of& r, const meeting& m);
    bool holds(const any_of& r, const meeting& m);
    bool holds(const one_of& r, const meeting& m);
    bool holds(const none_of& r, const meeting& m);
    bool holds(const conditional& r, const meeting& m);
    bool holds(const unevaluated_items& r, const meeting& m);
    bool holds(const unevaluated_members& r, const meeting& m);

    static void add(const marks& more, marks& to);
    bool member_holds(const members& r, const meeting& m, std::size_t index);
    bool allows_none(std::optional<node_id> rest) const;
    bool alternative_fits(node_id id, const meeting& m);
    bool explain(const std::vector<node_id>& schemas, const meeting& m);
    bool is_likely(node_id id, const value& instance, int depth);
    bool has_likely_members(const members& r, const value& instance);
    node_id resolve(const dynamic_reference& r, const scope& within);

    bool is_reporting() const { return reported_ && reported_->size() < in_.bounds.faults; }
    template <class Sentence>
    bool tell(const place& at, Sentence sentence);
    bool tell_mismatch(const meeting& m);

    const program& in_;
    std::vector<fault>* reported_;
    effort left_;
    matcher matcher_;
    std::size_t nesting_ = 0;
};

// Always false, so that a rule can return it. Descriptions are expensive: nested alternatives could require any number
// of them.
template <class Sentence>
bool evaluation::tell(const place& at, Sentence sentence) {
    if (!is_reporting()) return false;
    left_.spend(in_.bounds.steps / 1000);
    reported_->push_back({at.pointer(), sentence()});
    return false;
}

}  // namespace toolrack::schema
