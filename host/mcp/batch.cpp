// Batches: several messages in one body, answered in one. Only 2025-03-26 has them, and only in a session of that
// version. (2025-03-26, basic, "Batching".)
#include "mcp/endpoint.hpp"
#include "mcp/error_replies.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// Keeps the reply to one message of a batch. Notifications before it are dropped.
class batch_outlet final : public wire::outlet {
public:
    explicit batch_outlet(wire::outlet& batch) : batch_(batch) {}

    const wire::mirrored* headers() const override { return batch_.headers(); }
    std::optional<std::string_view> session() const override { return batch_.session(); }
    executor get_executor() override { return batch_.get_executor(); }
    bool takes_stream() const override { return false; }
    void notify(std::string, std::string_view) override {}
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply reply) override { json = std::move(reply.json); }
    void on_closed(std::function<void()> callback) override { batch_.on_closed(std::move(callback)); }

    std::string json;

private:
    wire::outlet& batch_;
};

}  // namespace

awaitable<void> endpoint::answer_batch(std::string_view body,
                                       const wire::json_limits& limits,
                                       const identity::principal& caller,
                                       wire::outlet& to) const {
    const auto messages = wire::split_batch(body, limits);
    if (!messages) co_return to.finish(messages.error());

    const auto id = to.session();
    const auto session = id ? shared.sessions.find(*id, caller) : nullptr;
    if (id && !session) co_return to.finish(session_not_found({}));
    if (!session || session->version().name != "2025-03-26")
        co_return to.finish(wire::error_reply(
            {}, code::invalid_request, "A batch of messages is not accepted here. Send each message by itself.", 400));
    std::string replies;
    for (const auto text : *messages) {
        batch_outlet one(to);
        const auto message = wire::parse_message(text, limits);
        if (!message) one.finish(message.error());
        else if (message->kind == wire::message::kind::request && message->method == "initialize")
            one.finish(wire::error_reply(message->id, code::invalid_request, "initialize cannot be part of a batch."));
        else co_await answer(*message, caller, one);
        if (one.json.empty()) continue;
        replies += replies.empty() ? '[' : ',';
        replies += one.json;
    }
    if (replies.empty()) co_return to.finish({202, {}, {}, {}});
    wire::reply all;
    all.json = std::move(replies) + ']';
    to.finish(std::move(all));
}

}  // namespace toolrack::mcp
