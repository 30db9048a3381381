#include "mcp/invocation.hpp"

#include <utility>

#include "base/text.hpp"
#include "mcp/cancellation.hpp"
#include "mcp/client_capabilities.hpp"
#include "mcp/client_requests.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/error_replies.hpp"
#include "mcp/notification_filter.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr int max_rounds = 20;
constexpr int max_rounds_of_task = 1000;              // each waits for the client or for the plugin
constexpr std::chrono::milliseconds task_delay{250};  // a call that takes longer becomes a task

std::string in_words(std::chrono::milliseconds duration) {
    if (duration.count() % 1000 == 0) return std::to_string(duration.count() / 1000) + " s";
    return std::to_string(duration.count()) + " ms";
}

// The member that the result of a feature must have.
std::string_view required_member(feature_kind kind) {
    switch (kind) {
    case feature_kind::tool: return "content";
    case feature_kind::prompt: return "messages";
    case feature_kind::resource: return "contents";
    case feature_kind::completion: return "completion";
    }
    return {};
}

// The outlet of a call that runs as a task: progress becomes the task's status message, the reply its outcome.
class task_outlet final : public wire::outlet {
public:
    task_outlet(executor thread, task& task) : thread_(thread), task_(task) {}

    const wire::mirrored* headers() const override { return nullptr; }
    std::optional<std::string_view> session() const override { return std::nullopt; }
    executor get_executor() override { return thread_; }
    bool takes_stream() const override { return false; }
    void notify(std::string json, std::string_view) override {
        const json::value progress(json);
        if (const auto message = wire::string_member(progress.at("params"), "message"))
            task_.set_status_message(*message);
    }
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply reply) override {
        if (reply.json.empty()) return;  // cancelled
        const json::value message(reply.json);
        if (const auto result = message.find("result")) task_.complete(std::string(result->text()));
        else task_.fail(std::string(message.at("error").text()));
    }
    void on_closed(std::function<void()> callback) override { task_.on_cancelled(std::move(callback)); }

private:
    executor thread_;
    task& task_;
};

}  // namespace

std::string invocation_target::describe() const {
    switch (kind) {
    case feature_kind::tool: return "tool \"" + feature.name + '"';
    case feature_kind::prompt: return "prompt \"" + feature.name + '"';
    case feature_kind::resource: return "resource " + printable(name, 200);
    case feature_kind::completion: return "completion for \"" + printable(feature.name, 140) + '"';
    }
    return {};
}

awaitable<void> invocation::run() {
    if (!task_ && !begin()) co_return;
    const int limit = task_ ? max_rounds_of_task : max_rounds;
    for (int rounds = 0; rounds < limit; ++rounds) {
        std::optional<plugin::answer> answer;
        if (target_.may_be_task) answer = co_await start_task();
        else answer = co_await call_plugin();
        if (task_ && !continues_as_task(answer)) co_return;
        if (!answer) co_return;
        if (answer->kind != plugin::answer::kind::input_required) co_return finish(*answer);
        const bool has_input = co_await obtain_input(*answer);
        if (!has_input) co_return;
    }
    reject_answer("it requested input " + std::to_string(limit) + " times");
}

// False when the request was refused.
bool invocation::begin() {
    const auto& in = request_.endpoint;
    auto permit = in.limits.begin_call(request_.caller);
    if (!permit) {
        request_.response.finish(limit_reply(in, request_.message.id, request_.caller, permit.error()));
        return false;
    }
    permit_.emplace(std::move(*permit));
    if (!request_.is_modern() || target_.kind == feature_kind::completion) return true;
    auto opened = in.request_states.open(request_.message, request_.caller);
    if (!opened) {
        request_.fail(code::invalid_params, opened.error().why());
        return false;
    }
    round_ = std::move(*opened);
    return true;
}

// One round. Nothing when the request has ended without an answer of the plugin.
awaitable<std::optional<plugin::answer>> invocation::call_plugin() {
    auto& from = *target_.feature.from;
    const auto& in = request_.endpoint;
    auto& response = request_.response;
    const auto limit = target_.limit.value_or(from.settings().timeout);
    const auto& trace = request_.message.meta.traceparent;
    const plugin::request request{request_.message.method,
                                  target_.name,
                                  request_.message.params.text(),
                                  request_.from.client,
                                  round_.responses,
                                  round_.state,
                                  trace ? trace->raw_string().value_or("") : std::string_view(),
                                  request_.caller,
                                  in.shared.clock.now() + limit};

    const notification_filter filter(request_.message, request_.from.least_severe_log);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const auto call = from.start(request,
                                 target_.feature.quick,
                                 response.outlet().get_executor(),
                                 [&filter, &response](std::string method, std::string params) {
                                     if (method == "toolrack/poll") response.close_connection();
                                     else if (auto json = filter.apply(method, params))
                                         response.notify(std::move(*json));
                                 });
    bool is_cancelled = false;
    if (!call->is_answered()) {
        const cancellation cancellation(request_, [&from, &is_cancelled, call] {
            is_cancelled = true;
            from.cancel(call);
        });
        co_await call->wait(deadline);
    }
    auto answer = call->take();
    call->abandon();
    if (answer) co_return answer;
    if (is_cancelled) {
        response.finish_cancelled();
        co_return std::nullopt;
    }
    from.cancel(call);
    if (call->is_interrupted()) {
        fail_aborted(request_, target_);
        co_return std::nullopt;
    }
    in.shared.log.warning("{}: {} did not answer within {}", from.name(), target_.describe(), in_words(limit));
    request_.fail(code::internal_error,
                  described() + " did not answer within " + in_words(limit) + ".",
                  200,
                  failure_data(from, "timeout", true),
                  wire::outcome::timed_out);
    co_return std::nullopt;
}

// What the task needs from the request, which may end before it. The permit goes along: for the caller it is one call.
struct invocation::task_start {
    std::shared_ptr<mcp::task> task;
    std::string params;
    client_context from;
    invocation_target target;
    round first;
    std::optional<auth::call_permit> permit;
    audit::entry entry;
};

invocation::invocation(const request_context& request, task_start start)
    : request_(request), target_(std::move(start.target)), task_(std::move(start.task)), round_(std::move(start.first)),
      permit_(std::move(start.permit)) {}

// Runs the call as a task, and waits a moment for its first answer. Nothing when the client was sent the task, or
// cancelled the request. When there are too many tasks the request waits for the call.
awaitable<std::optional<plugin::answer>> invocation::start_task() {
    auto& tasks = request_.endpoint.shared.tasks;
    auto& outlet = request_.response.outlet();
    const auto task = tasks.open(request_.caller, outlet.get_executor());
    if (!task) co_return co_await call_plugin();

    task_start start{task,
                     std::string(request_.message.params.text()),
                     request_.from,
                     target_,
                     round_,
                     std::move(permit_),
                     request_.entry.of_task(task->id())};
    asio::co_spawn(
        outlet.get_executor(), run_task(request_.endpoint.shared_from_this(), std::move(start)), asio::detached);
    outlet.on_closed([task] { task->cancel(); });
    auto early = co_await task->wait_for_early_answer(task_delay);
    outlet.on_closed(nullptr);
    if (early || task->is_cancelled()) tasks.remove(*task);
    if (early) co_return early;
    if (task->is_cancelled()) request_.response.finish_cancelled();
    else request_.response.finish(task_result(request_.message.id, task->members(false)));
    co_return std::nullopt;
}

awaitable<void> invocation::run_task(std::shared_ptr<const mcp::endpoint> in, task_start start) {
    const auto task = start.task;
    const auto params = std::move(start.params);
    auto from = start.from;
    from.least_severe_log.reset();
    auto entry = std::move(start.entry);
    wire::message message;
    message.method = "tools/call";
    message.id = "0";
    message.params = json::value(std::string_view(params));
    message.meta = wire::read_meta(message.params.find("_meta").value_or(json::value()));
    message.meta.progress_token = json::value("0");  // progress becomes the status message

    task_outlet outlet(co_await asio::this_coro::executor, *task);
    response_writer response(outlet, nullptr, entry);
    operation_timer uncounted(in->histograms, entry);  // the request was counted
    const request_context request{*in, message, task->owner(), from, response, entry, uncounted};
    start.target.may_be_task = false;
    start.target.limit = task::lifetime;
    invocation call(request, std::move(start));
    co_await call.run();
}

// False when the task ends with this round: it was cancelled, or the request takes its first answer.
bool invocation::continues_as_task(std::optional<plugin::answer>& answer) {
    if (task_->is_announced() && !task_->is_cancelled()) return true;
    if (!task_->is_announced()) request_.entry.drop();  // the entry of the request says how the call ended
    if (task_->is_cancelled()) {
        request_.response.finish_cancelled();
        return false;
    }
    if (!answer) answer.emplace(plugin::answer::kind::invalid, std::string());
    task_->set_early_answer(std::move(*answer));
    return false;
}

// Prepares the next round. False when the request has ended.
awaitable<bool> invocation::obtain_input(const plugin::answer& answer) {
    const json::value asked(answer.json);
    const auto requests = asked.find("inputRequests"), state = asked.find("state");
    const bool has_requests = requests && requests->is_object() && requests->size() > 0;
    const bool fits = task_ || !state || state->text().size() <= seal::longest;
    if (target_.kind == feature_kind::completion || (!has_requests && !state) || !fits) {
        reject_answer("it requested input in an invalid way");
        co_return false;
    }
    if (has_requests) {
        const auto missing = missing_capabilities(*requests, request_.client());
        if (!missing) reject_answer(missing.error().why());
        else if (*missing) refuse_input(**missing);
        if (!missing || *missing) co_return false;
    }

    const auto& message = request_.message;
    if (!task_ && request_.is_modern()) {
        std::string members;
        wire::json_writer writer(members);
        if (has_requests) writer.raw("inputRequests", requests->text());
        if (state)
            writer.string("requestState",
                          request_.endpoint.request_states.close(state->text(), message, request_.caller));
        request_.response.finish(input_required_result(message.id, members));
        co_return false;
    }
    std::optional<std::string> responses("{}");
    if (has_requests && task_) {
        responses = co_await task_->request_input(*requests);
        if (!responses) request_.response.finish_cancelled();
    } else if (has_requests) {
        responses = co_await ask_client(request_, target_, *requests);
    }
    if (!responses) co_return false;
    round_ = {std::move(*responses), state ? std::string(state->text()) : std::string()};
    co_return true;
}

void invocation::refuse_input(const std::string& missing) {
    const auto sentence = described() + " needs capabilities that the client did not declare: " + missing;
    if (request_.is_modern()) {
        std::string data;
        wire::json_writer(data).begin_object().raw("requiredCapabilities", missing).end_object();
        request_.fail(code::missing_client_capability, sentence, 400, data);
    } else if (target_.kind == feature_kind::tool) {
        request_.response.finish(tool_error_result(request_.message.id, request_.from.version, sentence));
    } else {
        request_.fail(code::invalid_request, sentence);
    }
}

// The error log of the server has the reason, the client only the fact.
void invocation::reject_answer(std::string_view why) {
    const auto& from = *target_.feature.from;
    request_.endpoint.shared.log.error("{}: invalid answer of the {}: {}", from.name(), target_.describe(), why);
    finish({plugin::answer::kind::invalid, {}});
}

std::string invocation::described() const { return "The " + target_.describe(); }

void invocation::finish(const plugin::answer& answer) {
    const auto& from = *target_.feature.from;
    const auto fail = [&](std::string_view predicate,
                          std::string_view reason,
                          bool is_retriable,
                          wire::outcome outcome = wire::outcome::error) {
        request_.fail(code::internal_error,
                      described() + std::string(predicate),
                      200,
                      failure_data(from, reason, is_retriable),
                      outcome);
    };
    switch (answer.kind) {
    case plugin::answer::kind::done: {
        const auto member = required_member(target_.kind);
        if (!json::value(answer.json).find(member)) return reject_answer("no \"" + std::string(member) + '"');
        const bool is_cacheable = target_.kind == feature_kind::resource && request_.from.version.cache_hints;
        auto reply = plugin_result(request_.message.id, request_.from.version, answer.json, is_cacheable);
        if (target_.kind == feature_kind::tool && is_tool_error(answer.json)) reply.outcome = wire::outcome::tool_error;
        return request_.response.finish(std::move(reply));
    }
    case plugin::answer::kind::failed:
        return request_.response.finish(plugin_error(request_.message.id, request_.from.version, answer.json));
    case plugin::answer::kind::busy: return fail(" is busy. Try again later.", "busy", true, wire::outcome::busy);
    case plugin::answer::kind::lost:
        return fail(" failed: the process of the plugin " + from.name() +
                        " ended during the call. The call may or may not have completed.",
                    "crashed",
                    true);
    case plugin::answer::kind::suspended:
        return fail(" is unavailable: the plugin " + from.name() + " keeps crashing. The server's log has the reason.",
                    "suspended",
                    false);
    case plugin::answer::kind::input_required:
    case plugin::answer::kind::invalid:
        return fail(" returned an invalid answer. The server's log has the reason.", "invalid answer", false);
    }
}

void fail_aborted(const request_context& request, const invocation_target& target) {
    request.fail(code::internal_error,
                 "The " + target.describe() +
                     " was aborted because the server is shutting down. It may or may not have completed.",
                 200,
                 failure_data(*target.feature.from, "stopping", true),
                 wire::outcome::unanswered);
}

}  // namespace toolrack::mcp
