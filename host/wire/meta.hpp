// What a request says of itself in params._meta, read in one pass: every request has one, and most of it
// is looked at more than once.
//
// Spec: 2026-07-28, basic, "_meta"; 2025-11-25, basic, "_meta". Nothing here has been checked but that
// _meta is an object: what a member must be is for whoever uses it to say.
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

// None of it when `object` is not one.
meta read_meta(const json::value& object);

}  // namespace toolrack::wire
