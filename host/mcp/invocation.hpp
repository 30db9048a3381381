// One use of a feature: tools/call, prompts/get, resources/read or completion/complete, through the plugin and back.
//
// A feature that needs input from the client is called in several rounds. A modern client gets the requests as the
// result and calls again; a legacy client is sent the requests in its session; a task keeps them until tasks/update.
// All of them run in the one loop of run(). Belongs to the I/O thread of the request.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/caller_limits.hpp"
#include "base/asio.hpp"
#include "catalog/definition.hpp"
#include "mcp/request_context.hpp"
#include "mcp/request_state.hpp"
#include "mcp/task.hpp"
#include "plugin/instance.hpp"

namespace toolrack::mcp {

enum class feature_kind { tool, prompt, resource, completion };

struct invocation_target {
    feature_kind kind;
    const catalog::listed& feature;
    std::string name;  // as the plugin knows it: its own name, or the requested URI
    bool may_be_task = false;
    std::optional<std::chrono::milliseconds> limit = std::nullopt;  // in place of the instance's timeout

    // For a sentence: tool "echo"
    std::string describe() const;
};

class invocation {
public:
    // The request must outlive it.
    invocation(const request_context& request, invocation_target target)
        : request_(request), target_(std::move(target)) {}
    invocation(const invocation&) = delete;
    invocation& operator=(const invocation&) = delete;

    // Ends the request.
    awaitable<void> run();

private:
    struct task_start;
    invocation(const request_context& request, task_start start);

    bool begin();
    awaitable<std::optional<plugin::answer>> call_plugin();
    awaitable<std::optional<plugin::answer>> start_task();
    static awaitable<void> run_task(std::shared_ptr<const mcp::endpoint> in, task_start start);
    bool continues_as_task(std::optional<plugin::answer>& answer);
    awaitable<bool> obtain_input(const plugin::answer& answer);
    void refuse_input(const std::string& missing);
    void reject_answer(std::string_view why);
    void finish(const plugin::answer& answer);
    std::string described() const;

    const request_context& request_;
    invocation_target target_;
    const std::shared_ptr<mcp::task> task_;  // null: the request itself waits
    round round_;
    std::optional<auth::call_permit> permit_;
};

}  // namespace toolrack::mcp
