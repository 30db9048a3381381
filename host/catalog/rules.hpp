// Determines the scopes and timeout of a feature from configuration and plugin.
//
// Scopes come from the [[plugin.tool]] rule, else from the instance's configuration, else from the plugin's suggestion.
// Without any of them the required scope is the name of the instance. So a token with few scopes gains nothing when a
// plugin is dropped in, a token with "*" can use it, and granting "time" is enough for the plugin of that name.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/requirement.hpp"
#include "config/config.hpp"

namespace toolrack::catalog {

// `*` matches any characters, `?` one character.
bool matches_glob(std::string_view name, std::string_view glob) noexcept;

// The timeout of a tool by its name without prefix; empty when no rule sets one.
std::optional<std::chrono::milliseconds> timeout_of_tool(const config::plugin& settings, std::string_view own_name);

requirement required_of_tool(const config::plugin& settings,
                             std::string_view own_name,
                             const std::optional<std::vector<std::string>>& suggested);
// For a prompt, resource or template; rules apply to tools only.
requirement required_of_other(const config::plugin& settings, const std::optional<std::vector<std::string>>& suggested);

// A sentence for each rule that has no effect on these tools.
std::vector<std::string> unused_rules(const config::plugin& settings, const std::vector<std::string>& own_names);

}  // namespace toolrack::catalog
