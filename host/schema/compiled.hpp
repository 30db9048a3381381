// A compiled JSON Schema, for tool arguments, plugin options and answers.
//
// Supports 2020-12 (the default) and draft 7. `format` and `content*` are annotations. Nothing is fetched: a `$ref`
// refers to the document itself, to a metaschema or to a document of the registry, or the schema is refused.
//
// Schemas may contain errors, and values are not trusted. Compiling is strict and reports what to correct, and the cost
// of checking a value is bounded.
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
    std::size_t faults = 5;           // reported about one value
};

// Other documents that `$ref` and `$schema` may name, by absolute URI. Only read by `compile`.
using registry = std::map<std::string, boost::json::value, std::less<>>;

// An error in a schema and its place: "/properties/limit/type", or "URI#/..." in another document.
struct defect {
    std::string pointer;
    std::string sentence;

    // "/properties/limit/type: unknown type "int", expected one of "array", ..."
    std::string text() const;
};

// An error in a value, described for people and language models.
struct fault {
    std::string pointer;  // into the value, as in RFC 6901; long names are shortened
    std::string what;     // "expected an integer of at most 100, found 250"

    // "arguments/limit: expected an integer of at most 100, found 250", for the root "arguments"
    std::string sentence(std::string_view root = {}) const;
};

struct program;

// Immutable: several threads may use it concurrently.
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

// The result does not refer to the arguments. The schema is also checked against its metaschema, and so are those parts
// of registry documents that it refers to.
boost::system::result<compiled, defect>
compile(const boost::json::value& schema, const limits& bounds = {}, const registry& others = {});

// For `compile(...).value()`: throws std::runtime_error with the text of the defect.
[[noreturn]] void throw_exception_from_error(const defect& why, const boost::source_location&);

}  // namespace toolrack::schema
