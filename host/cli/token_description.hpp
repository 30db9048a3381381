// Describes tokens in the output of commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toolrack/json.hpp>

#include "base/rfc3339.hpp"
#include "token/record.hpp"
#include "token/revocations.hpp"

namespace toolrack::cli {

std::string to_text(const std::optional<sys_seconds>& time);  // "never" when it is empty

// "valid", "not yet", "expired", "replaced" or "revoked".
std::string state_of(const token::record& one, const token::revocations& revoked, sys_seconds at);

json::text to_json(const token::record& one, std::string_view state, const std::optional<sys_seconds>& last_use);
json::text to_json(const std::vector<std::string>& all);

}  // namespace toolrack::cli
