// Helpers to compile schemas and to check values.
#pragma once

#include "schema/compiled.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace toolrack::schema {

// Parses like the host, with a larger depth limit.
inline boost::json::value parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 100'000;
    return boost::json::parse({text.data(), text.size()}, {}, options);
}

inline compiled ready(std::string_view schema, const limits& bounds = {}) {
    return compile(parse(schema), bounds).value();
}

// The error of an invalid schema; "" for a valid one.
inline std::string refusal(std::string_view schema, const limits& bounds = {}) {
    const auto made = compile(parse(schema), bounds);
    return made ? "" : made.error().text();
}

inline bool fits(std::string_view schema, std::string_view instance) {
    return ready(schema).check(parse(instance)).empty();
}

// The sentences, one per line; "" when the instance is valid.
inline std::string sentences(const std::vector<fault>& faults) {
    std::string all;
    for (const auto& each : faults) all.append(all.empty() ? "" : "\n").append(each.sentence("arguments"));
    return all;
}

inline std::string said(std::string_view schema, std::string_view instance) {
    return sentences(ready(schema).check(parse(instance)));
}

}  // namespace toolrack::schema
