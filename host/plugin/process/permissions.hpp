// Compares the needs of a plugin with the permissions that its configuration grants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace toolrack::plugin {

// The permissions that `needs` (the JSON of a description) asks for and `settings` does not grant, as a sentence with
// the line that grants them. None when nothing is missing, or the plugin runs in the server's process without a
// sandbox.
std::optional<std::string> missing_permissions(std::string_view needs, const config::plugin& settings);

}  // namespace toolrack::plugin
