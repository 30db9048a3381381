// tasks/get, tasks/update and tasks/cancel. (Extension io.modelcontextprotocol/tasks.)
#include "mcp/task_methods.hpp"

#include <algorithm>

#include "mcp/client_capabilities.hpp"
#include "mcp/methods.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr std::string_view required_capability =
    R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})";
constexpr std::size_t max_task_ids = 100;

// Null when the request was refused.
std::shared_ptr<task> find_task(const request_context& request) {
    if (!supports_tasks(request)) {
        refuse_without_tasks(request);
        return nullptr;
    }
    const auto id = wire::string_member(request.message.params, "taskId");
    auto found = id ? request.endpoint.shared.tasks.find(*id, request.caller) : nullptr;
    if (!found)
        request.fail(
            code::invalid_params,
            "Task not found: it does not exist, it expired, its result is no longer kept, or it belongs to another "
            "principal.");
    return found;
}

}  // namespace

bool supports_tasks(const request_context& request) {
    return request.is_modern() && declares_extension(request.client(), task::extension);
}

void refuse_without_tasks(const request_context& request) {
    request.fail(code::missing_client_capability,
                 "This requires a client that declares the extension " + std::string(task::extension) + '.',
                 400,
                 required_capability);
}

std::optional<std::vector<std::shared_ptr<task>>> find_tasks(const request_context& request,
                                                             const json::value& filter) {
    std::vector<std::shared_ptr<task>> found;
    const auto ids = filter.find("taskIds");
    if (!ids) return found;
    if (!supports_tasks(request)) {
        refuse_without_tasks(request);
        return std::nullopt;
    }
    bool is_valid = ids->is_array() && ids->size() <= max_task_ids;
    if (is_valid)
        for (const auto& id : *ids) {
            is_valid = is_valid && id.is_string();
            if (auto one = is_valid ? request.endpoint.shared.tasks.find(id.str(), request.caller) : nullptr;
                one && std::ranges::find(found, one) == found.end())
                found.push_back(std::move(one));
        }
    if (is_valid) return found;
    request.fail(code::invalid_params, "taskIds must be an array of at most 100 task ids.", 400);
    return std::nullopt;
}

void get_task(const request_context& request) {
    if (const auto found = find_task(request)) request.succeed(found->members(true));
}

void update_task(const request_context& request) {
    const auto found = find_task(request);
    if (!found) return;
    const auto responses = request.message.params.find("inputResponses");
    if (!responses || !responses->is_object())
        return request.fail(code::invalid_params, "params.inputResponses must be an object.");
    found->deliver_input(*responses);
    request.succeed();
}

void cancel_task(const request_context& request) {
    const auto found = find_task(request);
    if (!found) return;
    found->cancel();
    request.succeed();
}

}  // namespace toolrack::mcp
