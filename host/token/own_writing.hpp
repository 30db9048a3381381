// The list as we write it ourselves, and how to read that again without reading TOML.
//
// There are many ways to write the same list in TOML, and one in which it is written here. What is in that one is read
// a good ten times sooner, and without a tree of ten times its size: which counts when 100,000 tokens are read again
// because one was added. Only a text that is byte for byte what writing its records again would give is taken for one;
// so nothing can be understood here that would have been understood otherwise there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "token/record.hpp"

namespace toolrack::token {

std::string write_list(const std::vector<record>& records);

// Nothing when it was written by somebody else, or when anything about it is wrong: then it is for read_list to say
// what.
std::optional<std::vector<record>> read_own_writing(std::string_view text);

// "sha256:" and 64 hex digits.
std::optional<sha256_digest> read_hash(std::string_view written);

}  // namespace toolrack::token
