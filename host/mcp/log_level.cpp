#include "mcp/log_level.hpp"

#include <algorithm>
#include <array>

namespace toolrack::mcp {
namespace {

constexpr std::array<std::string_view, 8> names{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};

}  // namespace

std::optional<log_level> read_log_level(std::string_view name) {
    const auto* const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<log_level>(found - names.begin());
}

}  // namespace toolrack::mcp
