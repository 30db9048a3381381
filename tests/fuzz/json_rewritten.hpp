// Re-encodes a JSON value with json::value and the SDK's writer.
#pragma once

#include <string>
#include <toolrack/json.hpp>

namespace toolrack::fuzz {

inline void append_rewritten(std::string& out, const json::value& value) {
    if (value.is_string()) return json::write_string(out, value.str());
    const bool is_object = value.is_object();
    if (!is_object && !value.is_array()) {
        out += value.text();
        return;
    }
    out += is_object ? '{' : '[';
    bool is_first = true;
    for (const auto& each : value) {
        if (!is_first) out += ',';
        is_first = false;
        if (is_object) {
            json::write_string(out, each.key());
            out += ':';
        }
        append_rewritten(out, each);
    }
    out += is_object ? '}' : ']';
}

inline std::string rewritten(const json::value& value) {
    std::string out;
    append_rewritten(out, value);
    return out;
}

}  // namespace toolrack::fuzz
