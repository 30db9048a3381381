// Strict validation of JSON text.
//
// Every text from outside (a request body, the answer of a plugin) is validated once by check_json() and then read with
// the cursor of the plugin SDK (toolrack::json::value), which walks valid text without a tree and without copies. So
// all code sees exactly the bytes that were validated.
//
// Rejected, although other parsers accept it: duplicate keys in an object, a number outside the range of a double
// (1e999), a NUL in a key, invalid UTF-8, a lone surrogate, and anything above the limits. Each has caused
// vulnerabilities.
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
    std::size_t values = 1'000'000;  // members and elements, total
    std::size_t key = 1024;          // bytes
};

struct json_fault {
    enum class kind {
        not_json,  // not JSON, or not UTF-8
        duplicate_key,
        not_finite,
        nul_in_key,
        key_too_long,
        too_deep,
        too_many_values
    };
    kind kind;
    std::size_t offset;  // of the byte where it was detected
};
// The part of a sentence: "it is not valid JSON".
std::string_view to_string(enum json_fault::kind fault);

// Empty when `text` is one valid JSON value, optionally surrounded by white space.
std::optional<json_fault> check_json(std::string_view text, const json_limits& limits = {});

// Appends the members of `object` except those in `except`, each preceded by a comma.
void append_members(std::string& out, const json::value& object, std::initializer_list<std::string_view> except = {});

// Puts valid JSON on one line: replaces line ends by spaces. They occur only between tokens, because strings escape
// them.
void put_on_one_line(std::string& json);

// The decoded value of a string member; empty when it is absent or not a string.
std::optional<std::string> string_member(const json::value& object, std::string_view key);

}  // namespace toolrack::wire
