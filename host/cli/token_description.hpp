// How a token is shown to people and, with --json, to programs.
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

std::string when(const std::optional<sys_seconds>& time);  // "never" when there is none

// In one word, as it is then.
std::string state_of(const token::record& one, const token::revocations& revoked, sys_seconds at);

json::text shown(const token::record& one, std::string_view state, const std::optional<sys_seconds>& used);
json::text strings(const std::vector<std::string>& all);

}  // namespace toolrack::cli
