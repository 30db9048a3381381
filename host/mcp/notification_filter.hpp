// Which notifications of a plugin reach the client of a request, and in which form: progress gets the client's token,
// log messages pass from the level that the client asked for, and everything else is dropped.
// (2026-07-28, basic/patterns/progress; 2025-11-25, server/utilities/logging.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp/log_level.hpp"
#include "wire/message.hpp"

namespace toolrack::mcp {

class notification_filter {
public:
    // `least_severe`: the lowest level that the client wants; nothing when it wants no log messages.
    notification_filter(const wire::message& request, std::optional<log_level> least_severe);

    // The notification for the client, on one line; nothing when it is dropped. `params` is checked JSON.
    std::optional<std::string> apply(std::string_view method, std::string_view params) const;

private:
    std::string progress_token_;  // JSON text; empty when the client wants no progress
    std::optional<log_level> least_severe_;
};

}  // namespace toolrack::mcp
