// tokens.toml: the list of tokens that the backend token-file accepts.
//
// "toolrack token" writes it, and people can read it. An unknown key, a date without a time zone, or an id or hash that
// occurs twice makes the whole list invalid: a list that is only partly understood could admit the wrong clients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "token/record.hpp"

namespace toolrack::token {

inline constexpr std::size_t longest_list = 64 * 1024 * 1024;  // bytes
inline constexpr std::size_t most_tokens = 200'000;
inline constexpr std::size_t longest_line = 8 * 1024;  // bytes

// `file` is the name in error sentences. Throws failure: "FILE:LINE:COLUMN: what is wrong; expected ..., found ...".
std::vector<record> read_list(std::string_view text, const std::string& file);

std::string write_list(const std::vector<record>& records);

}  // namespace toolrack::token
