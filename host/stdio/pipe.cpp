#include "stdio/pipe.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <array>
#include <utility>

namespace toolrack::stdio {
namespace {

constexpr std::size_t most_under_way = 1000;
constexpr std::size_t most_unread = 64u * 1024 * 1024;

}  // namespace

class pipe::line_outlet final : public wire::outlet {
public:
    line_outlet(pipe& to, std::string id) : to_(to), id_(std::move(id)) {
        if (!id_.empty()) to_.open_[id_] = this;
    }
    ~line_outlet() override {
        const auto found = to_.open_.find(id_);
        if (found != to_.open_.end() && found->second == this) to_.open_.erase(found);
    }

    const wire::mirrored* headers() const override { return nullptr; }
    std::optional<std::string_view> session() const override { return to_.session_; }
    executor get_executor() override { return to_.on_.get_executor(); }
    bool takes_stream() const override { return true; }
    void notify(std::string json, std::string_view) override { to_.write(json); }
    void open_stream(std::string_view, std::chrono::milliseconds) override {}
    void close_stream() override {}
    void finish(wire::reply answer) override {
        if (!answer.session.empty()) to_.session_ = std::move(answer.session);
        if (!answer.json.empty()) to_.write(answer.json);
    }
    void on_closed(std::function<void()> left) override { left_ = std::move(left); }

    void cancel() {
        if (auto left = std::exchange(left_, nullptr)) left();
    }

private:
    pipe& to_;
    std::string id_;
    std::function<void()> left_;
};

pipe::pipe(io_thread& on,
           int input,
           int output,
           const wire::json_limits& limits,
           std::size_t longest_message,
           handlers with,
           log& log)
    : on_(on), input_(on.get_executor(), input), output_(on.get_executor(), output), limits_(limits),
      lines_(longest_message), handlers_(std::move(with)), log_(log), changed_(on.get_executor()) {}

pipe::~pipe() = default;

awaitable<void> pipe::run() {
    std::array<char, 16 * 1024> piece;
    for (;;) {
        const auto [error, got] = co_await input_.async_read_some(asio::buffer(piece), as_values);
        if (error) break;
        lines_.add(std::string_view(piece.data(), got));
        while (auto line = lines_.next()) take(std::move(*line));
    }
    // The client has said all it will. What only it could end, ends; the rest is answered.
    std::vector<line_outlet*> open;
    for (const auto& [id, outlet] : open_) open.push_back(outlet);
    for (auto* outlet : open) outlet->cancel();
    while (under_way_ > 0 || is_writing_) {
        changed_.expires_at(timer::time_point::max());
        co_await changed_.async_wait(as_values);
    }
}

void pipe::stop() {
    boost::system::error_code ignored;
    input_.cancel(ignored);
}

void pipe::take(lines::line line) {
    if (line.is_too_long)
        return write(
            wire::error_reply({}, wire::code::invalid_request, "The message is longer than limits.body allows.").json);
    if (under_way_ >= most_under_way)
        return write(
            wire::error_reply({}, wire::code::internal_error, "Too many requests are under way. Try again.").json);
    asio::co_spawn(on_.get_executor(), answer(std::move(line.text)), asio::detached);
}

awaitable<void> pipe::answer(std::string text) {
    ++under_way_;
    if (wire::is_batch(text)) co_await answer_batch(text);
    else co_await answer_message(text);
    --under_way_;
    changed_.cancel();
}

awaitable<void> pipe::answer_message(std::string_view text) {
    const auto message = wire::parse_message(text, limits_);
    if (!message) co_return write(message.error().json);
    // Modern requests are cancelled here; a legacy session knows its own. (2026-07-28,
    // basic/patterns/cancellation, "stdio".)
    if (message->method == "notifications/cancelled")
        if (const auto id = message->params.find("requestId")) cancel(id->text());
    const bool had_session = session_.has_value();
    line_outlet outlet(*this, std::string(message->kind == wire::message::kind::request ? message->id : ""));
    try {
        co_await handlers_.message(*message, outlet);
    } catch (const std::exception& bug) {
        went_wrong(message->id, bug);
    }
    if (!had_session && session_)
        asio::co_spawn(on_.get_executor(), serve_session(*session_), asio::detached);
}

awaitable<void> pipe::answer_batch(std::string_view text) {
    line_outlet outlet(*this, {});
    try {
        co_await handlers_.batch(text, outlet);
    } catch (const std::exception& bug) {
        went_wrong({}, bug);
    }
}

void pipe::went_wrong(std::string_view id, const std::exception& bug) {
    log_.error("A request ended in an exception: {}.", bug.what());
    write(wire::error_reply(id, wire::code::internal_error, "Something went wrong in this server.").json);
}

awaitable<void> pipe::serve_session(std::string name) {
    line_outlet outlet(*this, "session " + name);  // no request has such an id: ids are JSON text
    ++under_way_;
    co_await handlers_.session(std::move(name), outlet);
    --under_way_;
    changed_.cancel();
}

void pipe::cancel(std::string_view id) {
    const auto found = open_.find(id);
    if (found != open_.end()) found->second->cancel();
}

void pipe::write(std::string_view json) {
    if (outgoing_.size() > most_unread) return stop();  // the client does not read
    outgoing_ += json;
    outgoing_ += '\n';
    if (std::exchange(is_writing_, true)) return;
    asio::co_spawn(on_.get_executor(), write_all(), asio::detached);
}

awaitable<void> pipe::write_all() {
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
