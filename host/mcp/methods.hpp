// Every method that the server answers, by family. Each function ends its request, or returns what ends it.
#pragma once

#include <optional>

#include "base/asio.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/invocation.hpp"
#include "mcp/request_context.hpp"

namespace toolrack::mcp {

// Lifecycle and utilities (lifecycle.cpp)
void initialize(const request_context& request);
void discover(const request_context& request);
void ping(const request_context& request);
void set_log_level(const request_context& request);

// Tools, prompts, resources, completion (a file each). Nothing is returned when the request was refused.
void list_tools(const request_context& request);
std::optional<invocation_target> call_tool(const request_context& request);
void list_prompts(const request_context& request);
std::optional<invocation_target> get_prompt(const request_context& request);
void list_resources(const request_context& request);
void list_resource_templates(const request_context& request);
std::optional<invocation_target> read_resource(const request_context& request);
std::optional<invocation_target> complete(const request_context& request);

// Subscriptions (subscriptions.cpp)
awaitable<void> listen(const request_context& request);  // as long as the client likes
void subscribe(const request_context& request);
void unsubscribe(const request_context& request);

// Tasks (task_methods.cpp)
void get_task(const request_context& request);
void update_task(const request_context& request);
void cancel_task(const request_context& request);

}  // namespace toolrack::mcp
