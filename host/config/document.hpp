// Loads TOML files into a tree whose nodes have source locations, and merges several files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <toml++/toml.h>

#include "config/config.hpp"

namespace toolrack::config {

// Throws failure when the file cannot be read or is not TOML.
toml::table load(const std::filesystem::path& file);
// The same for a text that was read before; `file` is its name for error messages.
toml::table parse(std::string_view text, const std::string& file);

// Merges tables and appends to arrays of tables. Any other key that both have is a failure that names both locations.
void merge(toml::table& into, toml::table&& later);

location location_of(const toml::source_region& region);
location location_of(const toml::node& node);

}  // namespace toolrack::config
