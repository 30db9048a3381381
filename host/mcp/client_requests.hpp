// The requests of a feature to a legacy client: sent in its session, and answered while the call waits.
#pragma once

#include <optional>
#include <string>

#include "base/asio.hpp"
#include "mcp/invocation.hpp"
#include "mcp/request_context.hpp"
#include "wire/json.hpp"

namespace toolrack::mcp {

// The responses to `requests` (inputRequests) under the same keys, as a JSON object. Nothing when the request ended
// without them.
awaitable<std::optional<std::string>>
ask_client(const request_context& request, const invocation_target& target, const json::value& requests);

// "The tool "echo" was aborted ...": the reply to what waits when the server shuts down.
void fail_aborted(const request_context& request, const invocation_target& target);

}  // namespace toolrack::mcp
