// What a plugin says that it needs of the machine, against what its configuration grants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::plugin {

// The "needs" of a description, as the sandbox that would cover them.
result<config::sandbox, complaint> read_needs(std::string_view json);

// Why a plugin that needs more than it was granted is not loaded, with the line that grants it; nothing when it
// was granted all, or runs in the server's own process, where nothing is withheld.
std::optional<std::string> why_not_granted(std::string_view needs, const config::plugin& settings);

}  // namespace toolrack::plugin
