// What a handler may throw, and how serious a line in a log is.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/json.hpp"

namespace toolrack {

// The syslog numbers, and MCP's names for them (server/utilities/logging).
enum class severity { emergency, alert, critical, error, warning, notice, info, debug };

inline const char* name_of(severity how) {
    switch (how) {
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

// A message for the model, which may try again: a result with isError (server/tools, Error
// Handling). Outside of tools, which alone have that, an internal error with this message.
class tool_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// The JSON-RPC codes a plugin has a use for (JSON-RPC 2.0, 5.1).
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
    json::text data_;  // null when there is none
};

inline error resource_not_found(std::string_view uri) {
    return {code::resource_not_found, "Resource not found", json::object({{"uri", uri}})};
}

// The plugin cannot work with these options, or here. One full sentence: what, where, what to do.
// Any other exception out of the setup does the same.
class setup_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace toolrack
