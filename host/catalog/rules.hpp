// What a feature requires: who has the word, in which order, and what holds when nobody says anything.
//
// The configuration for the tool, else for the instance, else what the plugin suggests. Where none of
// them speaks, the scope is the instance's own name: so a token that was made narrow stays narrow when a
// plugin is dropped in, one that may do everything may do that, too, and "time" is all that has to be
// granted for the plugin of that name.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/requirement.hpp"
#include "config/config.hpp"

namespace toolrack::catalog {

// `*` stands for any characters, `?` for one, everything else for itself.
bool fits_glob(std::string_view name, std::string_view glob) noexcept;

// How long a tool may take, by the plugin's own name for it; nothing when no rule says so.
std::optional<std::chrono::milliseconds> timeout_of_tool(const config::plugin& settings, std::string_view own_name);

requirement required_of_tool(const config::plugin& settings,
                             std::string_view own_name,
                             const std::optional<std::vector<std::string>>& suggested);
// Of a prompt, a resource or a template: rules are about tools.
requirement required_of_other(const config::plugin& settings,
                              const std::optional<std::vector<std::string>>& suggested);

// A sentence for each rule that counts for none of these tools.
std::vector<std::string> idle_rules(const config::plugin& settings, const std::vector<std::string>& own_names);

}  // namespace toolrack::catalog
