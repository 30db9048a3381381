// Converts the options of a plugin or auth backend from TOML to the JSON that the library receives.
#pragma once

#include <string>
#include <toml++/toml.h>

#include "config/config.hpp"

namespace toolrack::config {

// Expands environment variables, reads secret references, writes dates and times as in RFC 3339, and rejects values
// that JSON cannot represent. `name` is the name of the table for error messages: "plugin.options".
options to_options(const toml::table& table, const std::string& name);

}  // namespace toolrack::config
