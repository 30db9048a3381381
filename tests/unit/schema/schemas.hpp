// Short ways to say what a test is about.
#pragma once

#include "schema/compiled.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace toolrack::schema {

// As the host parses, but for its own limit: deep enough for every test here.
inline boost::json::value parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 100'000;
    return boost::json::parse({text.data(), text.size()}, {}, options);
}

inline compiled ready(std::string_view schema, const limits& bounds = {}) {
    return compile(parse(schema), bounds).value();
}

// Why a schema is refused; "" when it is not.
inline std::string refusal(std::string_view schema, const limits& bounds = {}) {
    const auto made = compile(parse(schema), bounds);
    return made ? "" : made.error().text();
}

inline bool fits(std::string_view schema, std::string_view instance) {
    return ready(schema).check(parse(instance)).empty();
}

// The sentences, one per line; "" when the instance fits.
inline std::string sentences(const std::vector<fault>& faults) {
    std::string all;
    for (const auto& each : faults)
        all.append(all.empty() ? "" : "\n").append(each.sentence("arguments"));
    return all;
}

inline std::string said(std::string_view schema, std::string_view instance) {
    return sentences(ready(schema).check(parse(instance)));
}

}  // namespace toolrack::schema
