// Batches: several messages in one body, answered in one. Only 2025-03-26 has them, and only in a session
// that agreed on it. (2025-03-26, basic, "Batching".)
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// Takes one answer and keeps it; what is said before it has no place in a batch.
class collecting final : public wire::outlet {
public:
    explicit collecting(wire::outlet& around) : around_(around) {}

    const wire::mirrored* headers() const override { return around_.headers(); }
    std::optional<std::string_view> session() const override { return around_.session(); }
    executor get_executor() override { return around_.get_executor(); }
    bool takes_stream() const override { return false; }
    void notify(std::string, std::string_view) override {}
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply answer) override { json = std::move(answer.json); }
    void on_closed(std::function<void()> left) override { around_.on_closed(std::move(left)); }

    std::string json;

private:
    wire::outlet& around_;
};

}  // namespace

awaitable<void> server::answer_batch(std::string_view body,
                                     const wire::json_limits& limits,
                                     const identity::principal& who,
                                     wire::outlet& to) const {
    const auto messages = wire::split_batch(body, limits);
    if (!messages) co_return to.finish(messages.error());

    const auto name = to.session();
    const auto session = name ? around_.sessions.find(*name, who) : nullptr;
    if (name && !session)
        co_return to.finish(wire::error_reply({}, code::invalid_request,
                                              "There is no such session. Send initialize to begin a new one.", 404));
    if (!session || session->version().name != "2025-03-26")
        co_return to.finish(wire::error_reply({}, code::invalid_request,
                                              "A batch of messages is not accepted here. Send each message by itself.",
                                              400));
    std::string answers;
    for (const auto text : *messages) {
        collecting one(to);
        auto message = wire::parse_message(text, limits);
        if (!message) one.finish(message.error());
        else if (message->kind == wire::message::kind::request && message->method == "initialize")
            one.finish(wire::error_reply(message->id, code::invalid_request, "initialize cannot be part of a batch."));
        else co_await answer(*message, who, one);
        if (one.json.empty()) continue;
        answers += answers.empty() ? '[' : ',';
        answers += one.json;
    }
    if (answers.empty()) co_return to.finish({202, {}, {}, {}});
    wire::reply all;
    all.json = answers + ']';
    to.finish(std::move(all));
}

}  // namespace toolrack::mcp
