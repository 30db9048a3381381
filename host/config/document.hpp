// One TOML file as a tree whose every node knows its place, and several of them as one.
#pragma once

#include <filesystem>
#include <toml++/toml.h>

#include "config/config.hpp"

namespace toolrack::config {

// Throws failure when the file cannot be read or is not TOML.
toml::table load(const std::filesystem::path& file);

// Tables are joined and arrays of tables appended to; anything else that both have is a failure
// that names both places.
void merge(toml::table& into, toml::table&& later);

place place_of(const toml::source_region& region);
place place_of(const toml::node& node);

} // namespace toolrack::config
