#include "http/channel.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <utility>

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;

constexpr auto linger_time = 2s;
constexpr std::size_t linger_bytes = 64 * 1024;
constexpr std::chrono::milliseconds keep_alive_interval = 15s;
// While draining, a connection that was used this recently gets `drain_grace` for one more request.
constexpr auto recently = 5s;
constexpr std::chrono::milliseconds drain_grace = 1s;
// The minimum average rate of a body that is received and of an answer that is read. Without it, a client that
// transfers a byte now and then could hold memory for years.
constexpr std::size_t min_bytes_per_second = 1024;

}  // namespace

channel::channel(std::shared_ptr<thread_context> context,
                 transport_socket::socket connected,
                 std::unique_ptr<tls_session> session)
    : context_(std::move(context)), socket_(std::move(connected), std::move(session)), in_(context_->buffers),
      deadline_(context_->deadlines(), [this] { on_deadline(); }) {}

awaitable<handshake_result> channel::handshake() {
    has_timed_out_ = false;
    enter(phase::handshake);
    const auto outcome = co_await socket_.handshake();
    stop_deadline();
    co_return has_timed_out_ ? handshake_result::timed_out : outcome;
}

awaitable<std::size_t> channel::read(std::span<char> into, phase next) {
    if (is_closed_) co_return 0;
    has_timed_out_ = false;
    enter(next);
    const auto [failed, bytes] = co_await socket_.read(into);
    has_ended_cleanly_ = failed == asio::error::eof;
    if (failed || has_timed_out_) {
        if (!has_timed_out_) on_disconnect();
        co_return 0;
    }
    transferred_ += bytes;
    co_return bytes;
}

void channel::send(std::string_view text, send_priority priority) {
    if (is_closed_) return;
    error_code failed;
    std::size_t sent = 0;
    if (out_.is_empty()) sent = socket_.write_now(text, failed);
    if (close_on_error(failed)) return;
    if (sent == text.size()) return on_all_sent();
    out_.add(std::string(text), priority, sent);
    send_when_writable();
}

void channel::send(std::string_view head, std::string&& body) {
    if (is_closed_) return;
    error_code failed;
    std::size_t sent = 0;
    if (out_.is_empty()) {
        const std::array both{asio::const_buffer(head.data(), head.size()),
                              asio::const_buffer(body.data(), body.size())};
        sent = socket_.write_now(both, failed);
    }
    if (close_on_error(failed) || sent == head.size() + body.size()) return;
    if (sent < head.size()) {
        out_.add(std::string(head), send_priority::response, sent);
        sent = 0;
    } else {
        sent -= head.size();
    }
    out_.add(std::move(body), send_priority::response, sent);
    send_when_writable();
}

void channel::send_when_writable() {
    enter(phase::writing);
    if (is_waiting_to_send_) return;
    is_waiting_to_send_ = true;
    socket_.when_writable([self = shared_from_this()](error_code failed) {
        self->is_waiting_to_send_ = false;
        if (failed || self->out_.is_empty()) return;
        self->send_queued();
        if (!self->out_.is_empty()) self->send_when_writable();
    });
}

void channel::send_queued() {
    error_code failed;
    while (!out_.is_empty()) {
        const auto sent = socket_.write_now(out_.next(), failed);
        if (close_on_error(failed) || failed) return;
        out_.consume(sent);
        transferred_ += sent;
        enter(phase::writing);
    }
    on_all_sent();
}

void channel::on_all_sent() {
    if (is_streaming_) {
        enter(phase::streaming);
    } else {
        stop_deadline();
    }
    if (shuts_down_after_sending_) socket_.end_sending();
}

void channel::shutdown_after_sending() {
    shuts_down_after_sending_ = true;
    if (out_.is_empty() && !is_closed_) on_all_sent();
}

awaitable<void> channel::flush() {
    while (!out_.is_empty() && !is_closed_) {
        const auto [failed] = co_await socket_.writable();
        if (failed) break;
        send_queued();
    }
}

bool channel::close_on_error(error_code failed) {
    if (!failed || failed == asio::error::would_block) return false;
    close();
    return true;
}

void channel::shut_down_and_close() {
    if (!is_closed_) socket_.end_sending();
    close();
}

// A request that has arrived in the last moment is answered.
void channel::close_unless_requested() {
    if (socket_.has_unread()) return enter(phase::idle);
    shut_down_and_close();
}

void channel::close() {
    if (std::exchange(is_closed_, true)) return;
    stop_deadline();
    out_.clear();
    socket_.close();
    on_disconnect();
}

void channel::on_disconnect() {
    if (!std::exchange(has_client_disconnected_, true)) notify_observer();
}

void channel::notify_observer() {
    if (observer_ && has_client_disconnected_) observer_->on_disconnect();
}

void channel::watch_for_disconnect() {
    if (is_watching_ || is_closed_ || has_client_disconnected_ || in_.free_space().empty()) return;
    is_watching_ = true;
    socket_.when_readable([self = shared_from_this()](error_code failed) {
        self->is_watching_ = false;
        // Without an observer the answer is complete, and the next request reads.
        if (!failed && self->observer_) self->check_for_disconnect();
    });
}

void channel::check_for_disconnect() {
    error_code failed;
    const auto bytes = socket_.read_now(in_.free_space(), failed);
    if (failed && failed != asio::error::would_block) return on_disconnect();
    in_.commit(bytes);
    watch_for_disconnect();
}

void channel::set_streaming(bool is_streaming) {
    is_streaming_ = is_streaming;
    if (out_.is_empty() && !is_closed_) on_all_sent();
}

awaitable<bool> channel::lingering_close() {
    co_await flush();
    if (is_closed_ || has_client_disconnected_) {
        shut_down_and_close();
        co_return false;
    }
    socket_.end_sending();
    in_.release();
    in_.consume(in_.unread().size());
    for (std::size_t drained = 0; drained < linger_bytes;) {
        const auto bytes = co_await read(in_.free_space(), phase::lingering);
        if (bytes == 0) break;
        drained += bytes;
    }
    close();
    co_return has_ended_cleanly_ && !has_timed_out_;
}

void channel::drain() {
    const bool is_new = phase_ == phase::handshake;
    if (!is_new && (phase_ != phase::idle || !in_.is_empty())) return;
    const bool is_in_use = is_new || context_->limits.idle_timeout - deadline_.left() < recently;
    if (!is_in_use) return close_unless_requested();
    if (deadline_.left() > drain_grace) deadline_.arm(drain_grace);
}

std::chrono::milliseconds channel::timeout_of(phase of) const {
    const auto& limits = context_->limits;
    switch (of) {
    case phase::handshake: return limits.handshake_timeout;
    case phase::idle: return context_->is_draining() ? std::min(drain_grace, limits.idle_timeout) : limits.idle_timeout;
    case phase::reading_head:
    case phase::reading_body: return limits.head_timeout;
    case phase::writing: return limits.write_timeout;
    // A proxy that cuts idle connections probably has the same idle timeout as this server.
    case phase::streaming: return std::min(keep_alive_interval, limits.idle_timeout / 2);
    case phase::lingering: return linger_time;
    case phase::processing: break;
    }
    return {};
}

// Whether a deadline that is already set for this phase stays, whatever was transferred.
bool channel::keeps_deadline(phase of) const {
    switch (of) {
    case phase::handshake:
    case phase::reading_head:
    case phase::lingering: return true;
    case phase::reading_body:
    case phase::writing: {
        const auto seconds = std::chrono::duration<double>(timeout_of(of)).count();
        return static_cast<double>(transferred_) < min_bytes_per_second * seconds;
    }
    case phase::idle:
    case phase::streaming:
    case phase::processing: break;
    }
    return false;
}

void channel::enter(phase next) {
    if (phase_ == next && keeps_deadline(next)) return;
    phase_ = next;
    transferred_ = 0;
    deadline_.arm(timeout_of(next));
}

void channel::stop_deadline() noexcept {
    phase_ = phase::processing;
    deadline_.disarm();
}

void channel::on_deadline() {
    switch (std::exchange(phase_, phase::processing)) {
    case phase::handshake:
    case phase::reading_head:
    case phase::reading_body: has_timed_out_ = true; return socket_.stop_waiting();
    case phase::idle: return close_unless_requested();
    case phase::writing:
    case phase::lingering: return close();
    case phase::streaming:
        if (observer_) observer_->on_stream_idle();
        return;
    case phase::processing: return;
    }
}

}  // namespace toolrack::http
