// Whether the parts of a modern request that stand in HTTP headers, too, agree with its body.
//
// A load balancer may have routed by the headers, so a request that says one thing outside and another
// inside is refused. Spec: 2026-07-28, basic/transports/streamable-http, "Server Validation".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/header_value.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

// What disagrees, as a sentence; nothing when all is well. The protocol version alone, which is looked
// at before it is known whether the version is one that is spoken here.
std::optional<std::string> version_disagrees(const wire::mirrored& headers, std::string_view version);

// Method and name.
std::optional<std::string> names_disagree(const wire::mirrored& headers, const wire::message& message);

using wire::decoded_value;

}  // namespace toolrack::mcp
