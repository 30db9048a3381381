// A JSON Schema made ready: what the host checks tool arguments, plugin options and answers
// against.
//
// Speaks 2020-12 (when the schema does not say) and draft 7. `format` and `content*` are notes, not
// rules. Nothing is ever fetched: a `$ref` leads somewhere inside the document, to a metaschema, or
// to a document in the registry, or the schema is refused.
//
// Schemas are written by people who mean well and may be wrong; values come from anyone. So making
// a schema ready is strict and says what to mend, and checking a value is bounded in effort.
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolrack::schema {

struct limits {
    std::size_t subschemas = 10'000;  // in all documents that the schema reaches
    std::size_t depth = 128;          // levels of JSON in one schema document
    std::size_t nesting = 512;        // schemas at work inside one another during a check
    std::uint64_t steps = 1'000'000;  // effort of one check; about a tenth of a second
    std::size_t faults = 5;           // told about one value
};

// Other documents that `$ref` and `$schema` may name, by absolute URI. Only read by `compile`.
using registry = std::map<std::string, boost::json::value, std::less<>>;

// What is wrong with a schema, and where: "/properties/limit/type", or "URI#/..." elsewhere.
struct defect {
    std::string pointer;
    std::string sentence;

    // "/properties/limit/type: unknown type "int", expected one of "array", ..."
    std::string text() const;
};

// What is wrong with a value, in words from which a person or a language model can mend it.
struct fault {
    std::string pointer;  // into the value, as in RFC 6901; long names are shortened
    std::string what;     // "expected an integer of at most 100, found 250"

    // "arguments/limit: expected an integer of at most 100, found 250", for the root "arguments"
    std::string sentence(std::string_view root = {}) const;
};

struct program;

// Immutable: any number of threads may check with one at the same time.
class compiled {
public:
    explicit compiled(std::unique_ptr<const program> made);
    compiled(compiled&&) noexcept;
    compiled& operator=(compiled&&) noexcept;
    ~compiled();

    // No faults: the value fits. A check that would cost too much is a fault, too.
    std::vector<fault> check(const boost::json::value& instance) const;

private:
    std::unique_ptr<const program> program_;
};

// Keeps nothing of what it is given. The schema is also checked against its metaschema; documents
// of the registry are only as far as the schema leads into them.
boost::system::result<compiled, defect>
compile(const boost::json::value& schema, const limits& bounds = {}, const registry& others = {});

// For `compile(...).value()`: a std::runtime_error with the defect's text.
[[noreturn]] void throw_exception_from_error(const defect& why, const boost::source_location&);

}  // namespace toolrack::schema
