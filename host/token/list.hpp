// tokens.toml: the list of those who are let in.
//
// Written by "toolrack token", readable by people. Read strictly: an unknown key, a date without a zone, an
// id or a hash that stands there twice make the whole list unusable, for a list that is half
// understood lets in the wrong people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "token/record.hpp"

namespace toolrack::token {

inline constexpr std::size_t longest_list = 64 * 1024 * 1024;  // bytes
inline constexpr std::size_t most_tokens = 200'000;
inline constexpr std::size_t longest_line = 8 * 1024;
inline constexpr std::size_t most_words = 100;  // scopes or sources of one token

// `file` is its name, for sentences. Throws failure: "FILE:LINE:COLUMN: what is wrong; expected ..., found ...".
std::vector<record> read_list(std::string_view text, const std::string& file);

// In the one form that there is, in the order given.
std::string write_list(const std::vector<record>& records);

// What must be true of the words of a record, wherever they come from: the list or the command line.
bool is_principal(std::string_view text) noexcept;  // UTF-8 of 1 to 256 bytes without control characters
bool is_scope(std::string_view text) noexcept;      // RFC 6749 3.3
bool is_source(const std::string& text) noexcept;   // a network, or "unix"
bool is_note(std::string_view text) noexcept;       // UTF-8 of at most 256 bytes without control characters

}  // namespace toolrack::token
