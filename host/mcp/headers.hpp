// Compares the HTTP headers of a modern request with the members of its body that they repeat.
//
// A load balancer may have routed by the headers, so a request whose header and body differ is refused.
// (2026-07-28, basic/transports/streamable-http, "Server Validation".)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/header_value.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

// Each returns a sentence for the client, or nothing when they agree. The version is compared first, before it is
// known to be supported.
std::optional<std::string> version_mismatch(const wire::mirrored& headers, std::string_view version);
// Method and name.
std::optional<std::string> name_mismatch(const wire::mirrored& headers, const wire::message& message);

using wire::decoded_value;

}  // namespace toolrack::mcp
