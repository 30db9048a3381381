// What requests have to do with tasks. (Extension io.modelcontextprotocol/tasks.)
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mcp/request_context.hpp"
#include "mcp/task.hpp"
#include "wire/json.hpp"

namespace toolrack::mcp {

// Whether the client declared the extension.
bool supports_tasks(const request_context& request);
void refuse_without_tasks(const request_context& request);

// Those of the filter's taskIds that belong to the caller. Nothing when the request was refused.
std::optional<std::vector<std::shared_ptr<task>>> find_tasks(const request_context& request, const json::value& filter);

}  // namespace toolrack::mcp
