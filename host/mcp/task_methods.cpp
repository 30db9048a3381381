// Tools as tasks, tasks/get, tasks/update, tasks/cancel, and whose tasks may be listened to. (Extension
// io.modelcontextprotocol/tasks.)
//
// A tool that may be a task is one when it is not done after a moment and the client said that it knows
// tasks. What it asks within that moment is asked in the ordinary way.
#include <algorithm>

#include "mcp/result.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr std::string_view required_capability =
    R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})";
constexpr std::chrono::milliseconds a_moment{250};
constexpr int most_rounds = 1000;  // each takes a client's answer, or the plugin's own time
constexpr std::size_t most_followed = 100;

// Where a task's call would speak: what it is at is the task's own to tell, and its answer is kept.
class task_outlet final : public wire::outlet {
public:
    task_outlet(executor home, task& of) : home_(home), task_(of) {}

    const wire::mirrored* headers() const override { return nullptr; }
    std::optional<std::string_view> session() const override { return std::nullopt; }
    executor get_executor() override { return home_; }
    bool takes_stream() const override { return false; }
    void notify(std::string json, std::string_view) override {
        const json::value progress(json);
        if (const auto message = wire::string_member(progress.at("params"), "message")) task_.say(*message);
    }
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply answer) override { json = std::move(answer.json); }
    void on_closed(std::function<void()> left) override { task_.on_cancelled(std::move(left)); }

    std::string json;

private:
    executor home_;
    task& task_;
};

}  // namespace

bool server::knows_tasks(const request_context& asked) {
    if (!asked.is_modern()) return false;
    const json::value client(asked.client);
    const auto can = client.find("capabilities");
    const auto extensions = can ? can->find("extensions") : std::nullopt;
    return extensions && extensions->find(task::extension);
}

void server::require_tasks(const request_context& asked) const {
    asked.fail(code::missing_client_capability,
               "This needs a client that declares the extension " + std::string(task::extension) + '.', 400,
               required_capability);
}

// Nothing when the call became a task, which the client has been told by then.
awaitable<std::optional<plugin::answer>> server::run_or_become_task(const request_context& asked,
                                                                    const invocation& what,
                                                                    const round& now,
                                                                    auth::call_permit& call_permit) const {
    const auto made = around_.tasks.open(asked.who, asked.to.get_executor());
    if (!made) co_return co_await run(asked, what, now);

    asio::co_spawn(asked.to.get_executor(),
                   work(shared_from_this(), made, std::string(asked.message.params.text()), asked.client, what, now,
                        std::move(call_permit), asked.account.of_task(made->id())),
                   asio::detached);
    asked.to.on_closed([made] { made->cancel(); });
    auto early = co_await made->become(a_moment);
    asked.to.on_closed(nullptr);
    if (early || made->is_cancelled()) around_.tasks.forget(*made);
    if (early) co_return early;
    if (made->is_cancelled()) {
        asked.response_writer.fall_silent();
        co_return std::nullopt;
    }
    asked.response_writer.finish(result_of_type(asked.message.id, "task", made->members(false)));
    co_return std::nullopt;
}

// The call itself, on after its request. Holds all that it needs: the request may be over; and the turn, because
// to its caller it is still the same one call.
awaitable<void> server::work(std::shared_ptr<const server> self,
                             std::shared_ptr<task> is,
                             std::string params,
                             std::string client,
                             invocation what,
                             round now,
                             [[maybe_unused]] auth::call_permit counted,
                             audit::entry account) {
    wire::message message;
    message.method = "tools/call";
    message.id = "0";
    message.params = json::value(std::string_view(params));
    message.meta = wire::read_meta(message.params.find("_meta").value_or(json::value()));
    message.meta.progress_token = json::value("0");  // the task itself wants to know

    task_outlet outlet(co_await asio::this_coro::executor, *is);
    response_writer response_writer(outlet, nullptr, account);
    operation uncounted(self->operations_, account);  // the request was, when it was answered
    const request_context asked{message, is->who(), wire::newest_modern, outlet, nullptr, client, std::nullopt,
                       response_writer, account, uncounted};
    what.limit = task::lifetime;
    for (int rounds = 0; rounds < most_rounds; ++rounds) {
        auto answer = co_await self->run(asked, what, now);
        if (!is->is_announced()) account.drop();  // what the client never heard of as a task is the request's to tell
        if (is->is_cancelled()) co_return account.end(wire::outcome::cancelled);
        if (!is->is_announced()) {
            if (!answer) answer.emplace(plugin::answer::kind::invalid, std::string());
            co_return is->answer_early(std::move(*answer));
        }
        if (answer && answer->kind == plugin::answer::kind::input_required) {
            const json::value said(answer->json);
            const auto requests = said.find("inputRequests"), state = said.find("state");
            if (state && (!requests || requests->size() == 0)) {
                now.responses = "{}";
                now.state = std::string(state->text());
                continue;
            }
            auto missing = requests ? missing_capabilities(*requests, json::value(std::string_view(client)))
                                    : result<std::optional<std::string>, complaint>(complain("it asked for nothing"));
            if (!missing || *missing) {
                account.end(wire::outcome::error, code::internal_error);
                co_return is->fail(internal_failure("The task needs input that the client cannot give."));
            }
            const auto responses = co_await is->ask(*requests);
            if (!responses) co_return account.end(wire::outcome::cancelled);
            now.responses = *responses;
            now.state = state ? std::string(state->text()) : std::string();
            continue;
        }
        if (answer) self->finish(asked, what, *answer);
        const json::value reply(outlet.json);
        if (const auto result = reply.find("result")) co_return is->complete(std::string(result->text()));
        const auto error = reply.find("error");
        co_return is->fail(error ? std::string(error->text()) : internal_failure("The task ended without an answer."));
    }
    account.end(wire::outcome::error, code::internal_error);
    is->fail(internal_failure("The task asked for input too often."));
}

std::string server::internal_failure(std::string_view why) {
    std::string error = R"({"code":-32603,"message":)";
    json::write_string(error, why);
    error += '}';
    return error;
}

std::shared_ptr<task> server::find_task(const request_context& asked) const {
    if (!knows_tasks(asked)) {
        require_tasks(asked);
        return nullptr;
    }
    const auto id = wire::string_member(asked.message.params, "taskId");
    auto found = id ? around_.tasks.find(*id, asked.who) : nullptr;
    if (!found)
        asked.fail(code::invalid_params, "There is no such task: it never was, its time is over, or it is another's.");
    return found;
}

// Those of the filter's taskIds that are this caller's. Nothing when it has been told why it cannot listen.
std::optional<std::vector<std::shared_ptr<task>>> server::find_tasks(const request_context& asked,
                                                                     const json::value& filter) const {
    std::vector<std::shared_ptr<task>> found;
    const auto ids = filter.find("taskIds");
    if (!ids) return found;
    if (!knows_tasks(asked)) {
        require_tasks(asked);
        return std::nullopt;
    }
    bool is_good = ids->is_array() && ids->size() <= most_followed;
    if (is_good)
        for (const auto& id : *ids) {
            is_good = is_good && id.is_string();
            if (auto one = is_good ? around_.tasks.find(id.str(), asked.who) : nullptr;
                one && std::ranges::find(found, one) == found.end())
                found.push_back(std::move(one));
        }
    if (is_good) return found;
    asked.fail(code::invalid_params, "taskIds must be an array of at most 100 ids of tasks.", 400);
    return std::nullopt;
}

void server::get_task(const request_context& asked) const {
    if (const auto found = find_task(asked))
        asked.response_writer.finish(own_result(asked.message.id, asked.version, found->members(true)));
}

void server::update_task(const request_context& asked) const {
    const auto found = find_task(asked);
    if (!found) return;
    const auto responses = asked.message.params.find("inputResponses");
    if (!responses || !responses->is_object())
        return asked.fail(code::invalid_params, "params.inputResponses must be an object.");
    found->give(*responses);
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

void server::cancel_task(const request_context& asked) const {
    const auto found = find_task(asked);
    if (!found) return;
    found->cancel();
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

}  // namespace toolrack::mcp
