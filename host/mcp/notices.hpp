// What a plugin says while it works, made fit for the client who asked: progress gets the client's
// token, log messages pass when they are severe enough, and nothing else passes at all.
//
// Spec: basic/patterns/progress, server/utilities/logging.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/message.hpp"

namespace toolrack::mcp {

// RFC 5424's, as MCP names them; least severe first.
enum class log_level { debug, info, notice, warning, error, critical, alert, emergency };
std::optional<log_level> read_log_level(std::string_view name);

class listening {
public:
    // `least`: the least severe log message that the client wants; nothing when it wants none.
    listening(const wire::message& request, std::optional<log_level> least);

    // The notification as the client is to get it, or nothing when it did not ask for it.
    std::optional<std::string> fit(std::string_view method, std::string_view params) const;

private:
    std::string progress_token_;  // JSON text; empty when the client wants no progress
    std::optional<log_level> least_;
};

}  // namespace toolrack::mcp
