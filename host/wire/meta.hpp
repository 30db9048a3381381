// The members of params._meta that the server uses, found in one pass.
//
// The values are not validated; the code that uses a member validates it. (2026-07-28 and 2025-11-25, basic, "_meta".)
#pragma once

#include <optional>
#include <string_view>

#include "wire/json.hpp"

namespace toolrack::wire {

struct meta {
    static constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
    static constexpr std::string_view client_info_key = "io.modelcontextprotocol/clientInfo";
    static constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
    static constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

    std::optional<json::value> version, client_info, capabilities, log_level;
    std::optional<json::value> progress_token, traceparent;
};

// Empty when `object` is not an object.
meta read_meta(const json::value& object);

}  // namespace toolrack::wire
