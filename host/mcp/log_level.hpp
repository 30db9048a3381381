// The severities of MCP log messages, which are those of RFC 5424. (2025-11-25, server/utilities/logging, "Log
// Levels".)
#pragma once

#include <optional>
#include <string_view>

namespace toolrack::mcp {

enum class log_level { debug, info, notice, warning, error, critical, alert, emergency };

inline constexpr std::string_view log_level_list = "debug, info, notice, warning, error, critical, alert and emergency";

std::optional<log_level> read_log_level(std::string_view name);

}  // namespace toolrack::mcp
