// The options of a plugin or a backend: a TOML table as the JSON that the library is given.
#pragma once

#include <string>
#include <toml++/toml.h>

#include "config/config.hpp"

namespace toolrack::config {

// Expands the environment, fetches what secret references name, writes dates and times as RFC 3339
// does and refuses what JSON cannot say. `name` is the table's, for sentences: "plugin.options".
options to_options(const toml::table& table, const std::string& name);

} // namespace toolrack::config
