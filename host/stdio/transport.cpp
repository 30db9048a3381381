#include "stdio/transport.hpp"

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

namespace toolrack::stdio {
namespace {

constexpr std::size_t max_running = 1000;
constexpr std::size_t max_unread = 64u * 1024 * 1024;

}  // namespace

class transport::message_outlet final : public wire::outlet {
public:
    message_outlet(transport& to, std::string id) : to_(to), id_(std::move(id)) {
        if (!id_.empty()) to_.outlets_[id_] = this;
    }
    ~message_outlet() override {
        const auto found = to_.outlets_.find(id_);
        if (found != to_.outlets_.end() && found->second == this) to_.outlets_.erase(found);
    }

    const wire::mirrored* headers() const override { return nullptr; }
    std::optional<std::string_view> session() const override { return to_.session_; }
    executor get_executor() override { return to_.thread_.get_executor(); }
    bool takes_stream() const override { return true; }
    void notify(std::string json, std::string_view) override { to_.write(json); }
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply answer) override {
        if (!answer.session.empty()) to_.session_ = std::move(answer.session);
        if (!answer.json.empty()) to_.write(answer.json);
    }
    void on_closed(std::function<void()> callback) override { on_closed_ = std::move(callback); }

    void cancel() {
        if (auto callback = std::exchange(on_closed_, nullptr)) callback();
    }

private:
    transport& to_;
    std::string id_;
    std::function<void()> on_closed_;
};

transport::transport(io_thread& thread,
                     int input,
                     int output,
                     const wire::json_limits& limits,
                     std::size_t max_message,
                     handlers handlers,
                     log& log)
    : thread_(thread), input_(thread.get_executor(), input), output_(thread.get_executor(), output), limits_(limits),
      lines_(max_message), handlers_(std::move(handlers)), log_(log), changed_(thread.get_executor()) {}

transport::~transport() = default;

awaitable<void> transport::run() {
    std::array<char, 16 * 1024> received;
    for (;;) {
        const auto [error, bytes] = co_await input_.async_read_some(asio::buffer(received), as_values);
        if (error) break;
        lines_.add(std::string_view(received.data(), bytes));
        while (auto line = lines_.next()) handle_line(std::move(*line));
    }
    // End what waits for the client to disconnect. All other requests are answered.
    std::vector<message_outlet*> open;
    for (const auto& [id, outlet] : outlets_) open.push_back(outlet);
    for (auto* outlet : open) outlet->cancel();
    while (running_ > 0 || is_writing_) {
        changed_.expires_at(timer::time_point::max());
        co_await changed_.async_wait(as_values);
    }
}

void transport::stop() {
    boost::system::error_code ignored;
    input_.cancel(ignored);
}

void transport::handle_line(line_splitter::line line) {
    if (line.is_too_long)
        return write(
            wire::error_reply({}, wire::code::invalid_request, "The message is larger than limits.body allows.").json);
    if (running_ >= max_running)
        return write(
            wire::error_reply({}, wire::code::internal_error, "Too many concurrent requests. Try again later.").json);
    asio::co_spawn(thread_.get_executor(), answer(std::move(line.text)), asio::detached);
}

awaitable<void> transport::answer(std::string text) {
    ++running_;
    if (wire::is_batch(text)) co_await answer_batch(text);
    else co_await answer_message(text);
    --running_;
    changed_.cancel();
}

awaitable<void> transport::answer_message(std::string_view text) {
    const auto message = wire::parse_message(text, limits_);
    if (!message) co_return write(message.error().json);
    // Cancels modern requests. A legacy session handles the notification itself. (2026-07-28,
    // basic/patterns/cancellation, "stdio".)
    if (message->method == "notifications/cancelled")
        if (const auto id = message->params.find("requestId")) cancel(id->text());
    const bool had_session = session_.has_value();
    message_outlet outlet(*this, std::string(message->kind == wire::message::kind::request ? message->id : ""));
    try {
        co_await handlers_.message(*message, outlet);
    } catch (const std::exception& error) {
        answer_exception(message->id, error);
    }
    if (!had_session && session_) asio::co_spawn(thread_.get_executor(), serve_session(*session_), asio::detached);
}

awaitable<void> transport::answer_batch(std::string_view text) {
    message_outlet outlet(*this, {});
    try {
        co_await handlers_.batch(text, outlet);
    } catch (const std::exception& error) {
        answer_exception({}, error);
    }
}

void transport::answer_exception(std::string_view id, const std::exception& error) {
    log_.error("A request handler threw an exception: {}.", error.what());
    write(wire::error_reply(id, wire::code::internal_error, "Internal server error. The server's log has the details.")
              .json);
}

awaitable<void> transport::serve_session(std::string name) {
    message_outlet outlet(*this, "session " + name);  // never equal to a request id: ids are JSON text
    ++running_;
    co_await handlers_.session(std::move(name), outlet);
    --running_;
    changed_.cancel();
}

void transport::cancel(std::string_view id) {
    const auto found = outlets_.find(id);
    if (found != outlets_.end()) found->second->cancel();
}

void transport::write(std::string_view json) {
    if (outgoing_.size() > max_unread) return stop();  // the client does not read
    outgoing_ += json;
    outgoing_ += '\n';
    if (std::exchange(is_writing_, true)) return;
    asio::co_spawn(thread_.get_executor(), write_all(), asio::detached);
}

awaitable<void> transport::write_all() {
    while (!outgoing_.empty()) {
        const auto batch = std::exchange(outgoing_, {});
        const auto [error, sent] = co_await asio::async_write(output_, asio::buffer(batch), as_values);
        if (error) {
            stop();
            break;
        }
    }
    is_writing_ = false;
    changed_.cancel();
}

}  // namespace toolrack::stdio
