#include "catalog/param_headers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "schema/dialect.hpp"
#include "wire/header_value.hpp"
#include "wire/json.hpp"

namespace toolrack::catalog {
namespace {

constexpr std::string_view annotation = "x-mcp-header";

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    const auto is_token_character = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

// The position of a subschema in the inputSchema.
struct position {
    std::string pointer;
    std::vector<std::string> path;  // of the argument that it describes
    bool in_reach = true;           // reached by "properties" only

    position argument(const std::string& name) const {
        position inner{pointer + "/properties/" + name, path, in_reach};
        inner.path.push_back(name);
        return inner;
    }
    position elsewhere(const std::string& step) const { return {pointer + '/' + step, {}, false}; }
    std::string shown() const { return " at \"" + printable(pointer) + '"'; }
};

// Walks a schema and all its subschemas. The annotation counts only as a keyword of a schema: a property, or a member
// of a default value, may have the same name.
class reading {
public:
    std::optional<complaint> through(const json::value& schema, const position& here) {
        if (const auto name = schema.find(annotation))
            if (auto why = take(*name, schema, here)) return why;
        for (const auto& member : schema) {
            const auto keyword = member.key();
            if (auto why =
                    keyword == "properties" ? through_properties(member, here) : through_keyword(keyword, member, here))
                return why;
        }
        return std::nullopt;
    }

    std::vector<param_header> found;

private:
    std::optional<complaint> take(const json::value& name, const json::value& schema, const position& here) {
        const std::string what = "its " + std::string(annotation);
        if (!here.in_reach || here.path.empty())
            return complain(what + here.shown() +
                            " is not allowed there: only a property of the inputSchema, or of an object property, "
                            "can have one");
        if (!name.is_string() || !is_token(name.str()))
            return complain(
                what + here.shown() + " is " + printable(name.text(), 80) +
                " and cannot be part of a header name: expected letters, digits and characters such as '-'");
        const auto type = wire::string_member(schema, "type");
        if (type != "string" && type != "integer" && type != "boolean")
            return complain(what + here.shown() +
                            " belongs to a property whose type is not \"string\", \"integer\" or \"boolean\"");
        if (!names_.insert(lower(name.str())).second)
            return complain("two of its properties have the " + std::string(annotation) + " \"" +
                            printable(name.str(), 80) + "\"; header names are case-insensitive");
        found.push_back({name.str(), here.path});
        return std::nullopt;
    }

    std::optional<complaint> through_properties(const json::value& all, const position& here) {
        for (const auto& each : all)
            if (auto why = through(each, here.argument(each.key()))) return why;
        return std::nullopt;
    }

    // A keyword of JSON Schema that contains a list of schemas, an object of schemas, or one schema.
    std::optional<complaint>
    through_keyword(const std::string& keyword, const json::value& held, const position& here) {
        auto shape = schema::subschemas_of({}, keyword);
        if (!shape) shape = schema::subschemas_of({.version = schema::draft::seven}, keyword);
        if (!shape) return std::nullopt;
        const bool is_many = held.is_array() || shape == schema::holds::map || shape == schema::holds::map_or_names;
        if (!is_many) return through(held, here.elsewhere(keyword));
        std::size_t index = 0;
        for (const auto& each : held) {
            const auto step = held.is_array() ? std::to_string(index++) : each.key();
            if (auto why = through(each, here.elsewhere(keyword + '/' + step))) return why;
        }
        return std::nullopt;
    }

    std::set<std::string> names_;  // in lower case
};

// Also empty for a value that no header can carry: null (by the specification), or an object or array (the schema
// rejects it).
std::optional<json::value> mirrored_argument(const json::value& arguments, const std::vector<std::string>& path) {
    std::optional<json::value> found = arguments;
    for (const auto& step : path) {
        found = found->find(step);
        if (!found) return std::nullopt;
    }
    if (found->is_null() || found->is_object() || found->is_array()) return std::nullopt;
    return found;
}

// Decimal digits; only zeros after a decimal point.
std::optional<std::int64_t> integer_in(std::string_view text) {
    if (const auto point = text.find('.'); point != std::string_view::npos) {
        const auto fraction = text.substr(point + 1);
        if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
        text = text.substr(0, point);
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<double> real_in(const json::value& number) {
    const auto text = number.text();
    double real = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
    if (error != std::errc{}) return std::nullopt;
    return real;
}

// Whether a number is outside the safe integers of JavaScript, the only ones that headers may carry.
bool is_beyond(const json::value& argument) {
    constexpr double most = 9007199254740991;  // 2^53 - 1
    if (!argument.is_number()) return false;
    const auto real = real_in(argument);
    return !real || std::fabs(*real) > most;
}

// Not for a number outside that range. A number that is not an integer is compared as text; the schema rejects it.
bool repeats(std::string_view shown, const json::value& argument) {
    switch (argument.kind()) {
    case json::kind::string: return shown == argument.str();
    case json::kind::boolean: return shown == argument.text();
    case json::kind::number: {
        const auto real = real_in(argument);
        if (!real || *real != std::floor(*real)) return shown == argument.text();
        return integer_in(shown) == static_cast<std::int64_t>(*real);
    }
    case json::kind::null:
    case json::kind::object:
    case json::kind::array: return false;
    }
    return false;
}

std::string in_words(const json::value& argument) {
    return argument.is_string() ? argument.str() : std::string(argument.text());
}

// Compares one header with its argument.
std::optional<std::string>
disagrees(const param_header& mirrored, const json::value& arguments, std::optional<std::string_view> shown) {
    const std::string mismatch = "Header mismatch: ";
    const auto header = "Mcp-Param-" + mirrored.name;
    std::string where = "params.arguments";
    for (const auto& step : mirrored.path) where += '.' + step;
    where = printable(where);

    const auto argument = mirrored_argument(arguments, mirrored.path);
    if (!argument && !shown) return std::nullopt;
    if (!argument)
        return mismatch + where + " has no value, but the request has the header " + header + "; leave the header out.";
    if (is_beyond(*argument))
        return mismatch + where + " exceeds 2^53 - 1, the limit for " + header + "; send a smaller number.";
    if (!shown) return mismatch + "the header " + header + " is missing; send the value of " + where + " in it.";
    if (!wire::is_plain_value(*shown))
        return mismatch + "the value of " + header +
               " has characters that are not allowed in a header; send it as =?base64?...?= (Base64 of its UTF-8).";
    const auto value = wire::decoded_value(*shown);
    if (!value) return mismatch + "the value of " + header + " is not valid Base64.";
    if (repeats(*value, *argument)) return std::nullopt;
    return mismatch + header + " says \"" + printable(*value, 120) + "\" and " + where + " \"" +
           printable(in_words(*argument), 120) + "\".";
}

}  // namespace

result<std::vector<param_header>, complaint> read_param_headers(const json::value& schema) {
    reading work;
    if (auto why = work.through(schema, {})) return std::move(*why);
    return std::move(work.found);
}

std::optional<std::string> params_disagree(const std::vector<param_header>& mirrored,
                                           const json::value& arguments,
                                           std::span<const wire::mirrored::field> shown) {
    for (const auto& each : mirrored) {
        const auto header = std::find_if(
            shown.begin(), shown.end(), [&](const auto& field) { return equals_ignoring_case(field.name, each.name); });
        if (auto why = disagrees(each, arguments, header == shown.end() ? std::nullopt : std::optional(header->value)))
            return why;
    }
    return std::nullopt;
}

}  // namespace toolrack::catalog
