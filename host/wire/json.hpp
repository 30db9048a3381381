// JSON, checked once and strictly, then read where it lies.
//
// Every text that comes from outside (a body, a plugin's answer) goes through check() before anything
// reads it; afterwards it is read with the cursor of the plugin SDK (toolrack::json::value), which
// walks valid text without a tree and without copying. So the bytes that were checked are the bytes
// that every consumer sees, numbers included.
//
// Refused although other parsers take it: an object with the same key twice, a number that no double
// holds (1e999), a NUL in a key, bytes that are not UTF-8, a lone surrogate, and whatever exceeds the
// limits. Each has been somebody's vulnerability.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <toolrack/json.hpp>

#include "base/error.hpp"

namespace toolrack::wire {

struct json_limits {
    std::size_t depth = 64;
    std::size_t values = 1'000'000;  // members and elements in all
    std::size_t key = 1024;          // bytes
};

struct json_fault {
    enum class kind {
        not_json,      // not JSON at all, or not UTF-8
        duplicate_key,
        not_finite,
        nul_in_key,
        key_too_long,
        too_deep,
        too_many_values
    };
    kind kind;
    std::size_t offset;  // of the byte where it was noticed
};
// Half a sentence about a text: "it is not valid JSON".
std::string_view to_string(enum json_fault::kind fault);

// Nothing when `text` is one strict JSON value with white space around it at most.
std::optional<json_fault> check_json(std::string_view text, const json_limits& limits = {});

// Writes the members of `object`, each with a comma before it, but those that are named.
void append_members(std::string& out,
                    const json::value& object,
                    std::initializer_list<std::string_view> but_not = {});

// Puts valid JSON on one line, as transports write it: line ends stand only between its values, since
// strings escape theirs.
void put_on_one_line(std::string& json);

// The text of a member that is a string, decoded; nothing when it is absent or something else.
std::optional<std::string> string_member(const json::value& object, std::string_view key);

}  // namespace toolrack::wire
