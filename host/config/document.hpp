// One TOML file as a tree whose every node knows its place, and several of them as one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <toml++/toml.h>

#include "config/config.hpp"

namespace toolrack::config {

// Throws failure when the file cannot be read or is not TOML.
toml::table load(const std::filesystem::path& file);
// The same of a text that has been read; `file` is its name, for sentences.
toml::table parse(std::string_view text, const std::string& file);

// Tables are joined and arrays of tables appended to; anything else that both have is a failure
// that names both places.
void merge(toml::table& into, toml::table&& later);

place place_of(const toml::source_region& region);
place place_of(const toml::node& node);

} // namespace toolrack::config
