// Which client capabilities the requests of a feature need, and which of them the client did not declare.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "wire/json.hpp"

namespace toolrack::mcp {

// The capabilities that `requests` (inputRequests) need and `client` ({"capabilities": ...}) did not declare, as the
// JSON object of data.requiredCapabilities; nothing when it declared all of them. A method that is not a client's is a
// complaint.
result<std::optional<std::string>, complaint> missing_capabilities(const json::value& requests,
                                                                   const json::value& client);

// Whether a client declared an extension.
bool declares_extension(const json::value& client, std::string_view name);

}  // namespace toolrack::mcp
