// JSON-RPC results and errors: the JSON of a plugin or of the host, in the form of a protocol version.
#pragma once

#include <string>
#include <string_view>

#include "wire/era.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

// {"name":"toolrack","version":"..."}
const std::string& server_info();

// A result of the host itself: `members` are the members of the result object, without braces.
wire::reply host_result(std::string_view id, const wire::version& version, std::string_view members);

// The result object of a plugin, already checked to be one. With `is_cacheable` it gets caching hints, unless it has
// its own.
wire::reply
plugin_result(std::string_view id, const wire::version& version, std::string_view object, bool is_cacheable = false);

// Modern results of another type than "complete".
wire::reply input_required_result(std::string_view id, std::string_view members);
wire::reply task_result(std::string_view id, std::string_view members);

// "_meta":{...}: the member of params or of a result that names its subscription. `id` is JSON text.
std::string subscription_meta(std::string_view id);

// Whether a tool's result object has "isError": true.
bool is_tool_error(std::string_view object);

// The result object of a failed tool call, which the model reads. (server/tools, "Error Handling".)
std::string tool_error(std::string_view sentence);
wire::reply tool_error_result(std::string_view id, const wire::version& version, std::string_view sentence);

// The error object {"code", "message", "data"?} of a plugin, already checked to be one. A code that is reserved for the
// protocol becomes -32603, and a missing resource gets the code of its era.
wire::reply plugin_error(std::string_view id, const wire::version& version, std::string_view object);

}  // namespace toolrack::mcp
