// Results: a plugin's own JSON, or the host's, with what a protocol version wants around it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "wire/era.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

// {"name":"toolrack","version":"..."}: how this server calls itself.
const std::string& server_info();

// A result of the host's own making: `members` is the inside of an object, without braces.
wire::reply own_result(std::string_view id, const wire::version& version, std::string_view members);

// A plugin's result object, already checked to be one. `cacheable`: it gets caching hints, unless it has
// its own.
wire::reply plugin_result(std::string_view id,
                          const wire::version& version,
                          std::string_view object,
                          bool cacheable = false);

// A modern result of another type than "complete": "input_required", "task".
wire::reply result_of_type(std::string_view id, std::string_view type, std::string_view members);

// A member of params or of a result that belongs to a subscription, whose id is JSON text.
std::string subscription_meta(std::string_view id);

// Whether a tool says of its result that it failed.
bool is_tool_error(std::string_view object);

// A tool's own failure as a result object, told to the model. (server/tools, "Error Handling".)
std::string tool_error(std::string_view text);
// The same as an answer, when it is the host's word and not the tool's.
wire::reply tool_failure(std::string_view id, const wire::version& version, std::string_view text);

// A plugin's error object {"code", "message", "data"?}, already checked to be one. A code that only the
// protocol may use becomes -32603, and a missing resource gets the code of its era.
wire::reply plugin_error(std::string_view id, const wire::version& version, std::string_view object);

}  // namespace toolrack::mcp
