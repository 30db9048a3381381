// The exceptions of handlers, and the severities of log lines.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/json.hpp"

namespace toolrack {

// The syslog numbers, and MCP's names for them (server/utilities/logging).
enum class severity { emergency, alert, critical, error, warning, notice, info, debug };

inline const char* name_of(severity level) {
    switch (level) {
    case severity::emergency: return "emergency";
    case severity::alert: return "alert";
    case severity::critical: return "critical";
    case severity::error: return "error";
    case severity::warning: return "warning";
    case severity::notice: return "notice";
    case severity::info: return "info";
    case severity::debug: return "debug";
    }
    return "info";
}

// A failure that the model sees and may correct: a tool result with isError (server/tools, Error
// Handling). For features other than tools, an internal error with this message.
class tool_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// JSON-RPC error codes for plugins (JSON-RPC 2.0, 5.1).
namespace code {
inline constexpr int resource_not_found = -32002;  // the host writes -32602 for a modern client
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
}  // namespace code

// A JSON-RPC error. The message and the data go to the client.
class error : public std::runtime_error {
public:
    error(int error_code, const std::string& message) : runtime_error(message), code_(error_code) {}
    error(int error_code, const std::string& message, json::text data)
        : runtime_error(message), code_(error_code), data_(std::move(data)) {}

    int code() const noexcept { return code_; }
    const json::text& data() const noexcept { return data_; }

private:
    int code_;
    json::text data_;  // null if there is none
};

inline error resource_not_found(std::string_view uri) {
    return {code::resource_not_found, "Resource not found", json::object({{"uri", uri}})};
}

// Thrown by the setup function if the plugin cannot work with these options or on this machine. One
// full sentence: what is wrong, where, and what to do. Any other exception has the same effect.
class setup_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace toolrack
