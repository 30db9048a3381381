// One token of a list: everything that is stored about it, which does not include the token itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::token {

struct record {
    std::string id;         // public; part of the token
    std::string principal;  // while a token is rotated, its principal has two
    sha256_digest hash{};
    std::vector<std::string> scopes;
    sys_seconds created;
    std::optional<sys_seconds> not_before;
    std::optional<sys_seconds> expires;  // empty: never; the list then has never_expires = true
    std::vector<std::string> sources;    // networks, or unix_source; empty: any
    std::string note;                    // for people
    std::string replaced_by;             // id of the successor
};

inline constexpr std::string_view unix_source = "unix";
inline constexpr std::size_t most_words = 100;  // scopes or sources of one token

// Constraints on the fields of a record. A scope must be an identity::can_be_granted.
bool is_principal(std::string_view text) noexcept;  // UTF-8, 1 to 256 bytes, all printable
bool is_source(const std::string& text) noexcept;   // a network, or unix_source
bool is_note(std::string_view text) noexcept;       // UTF-8, at most 256 bytes, all printable

// "sha256:" and 64 hex digits.
std::string write_hash(const sha256_digest& hash);
std::optional<sha256_digest> read_hash(std::string_view text);

}  // namespace toolrack::token
