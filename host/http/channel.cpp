#include "http/channel.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <utility>

namespace toolrack::http {
namespace {

using namespace std::chrono_literals;

constexpr auto goodbye_time = 2s;
constexpr std::size_t goodbye_bytes = 64 * 1024;
constexpr std::chrono::milliseconds longest_silence = 15s;
// While the server stops: whoever was here lately may be about to ask again.
constexpr auto lately = 5s;
constexpr std::chrono::milliseconds last_chance = 1s;
// What a body must come with, and an answer be read with, on the average over one deadline. With a
// byte now and then, a client could hold what it was given for years.
constexpr std::size_t least_bytes_per_second = 1024;

bool is_only_slow(error_code failed) {
    return failed == asio::error::would_block;
}

}  // namespace

channel::channel(std::shared_ptr<thread_context> at,
                 stream::socket connected,
                 std::unique_ptr<tls_session> session)
    : thread_context_(std::move(at)), stream_(std::move(connected), std::move(session)), in_(thread_context_->lender),
      deadline_(thread_context_->deadlines(), [this] { deadline_passed(); }) {}

awaitable<handshake> channel::shake_hands() {
    is_late_ = false;
    wait(waiting::for_handshake);
    const auto outcome = co_await stream_.shake_hands();
    stop_deadline();
    co_return is_late_ ? handshake::late : outcome;
}

awaitable<std::size_t> channel::read(std::span<char> into, waiting what) {
    if (is_broken_) co_return 0;
    is_late_ = false;
    wait(what);
    const auto [failed, bytes] = co_await stream_.read(into);
    if (failed || is_late_) {
        if (!is_late_) client_left();
        co_return 0;
    }
    moved_ += bytes;
    co_return bytes;
}

void channel::send(std::string_view text, send_priority what) {
    if (is_broken_) return;
    error_code failed;
    std::size_t sent = 0;
    if (out_.is_empty()) sent = stream_.write_now(text, failed);
    if (gives_up_on(failed)) return;
    if (sent == text.size()) return all_is_sent();
    out_.add(std::string(text), what, sent);
    send_later();
}

void channel::send(std::string_view head, std::string&& body) {
    if (is_broken_) return;
    error_code failed;
    std::size_t sent = 0;
    if (out_.is_empty()) {
        const std::array both{asio::const_buffer(head.data(), head.size()),
                              asio::const_buffer(body.data(), body.size())};
        sent = stream_.write_now(both, failed);
    }
    if (gives_up_on(failed) || sent == head.size() + body.size()) return;
    if (sent < head.size()) {
        out_.add(std::string(head), send_priority::an_answer, sent);
        sent = 0;
    } else {
        sent -= head.size();
    }
    out_.add(std::move(body), send_priority::an_answer, sent);
    send_later();
}

void channel::send_later() {
    wait(waiting::for_writing);
    if (is_sending_) return;
    is_sending_ = true;
    stream_.when_writable([self = shared_from_this()](error_code failed) {
        self->is_sending_ = false;
        if (failed || self->out_.is_empty()) return;
        self->send_pending();
        if (!self->out_.is_empty()) self->send_later();
    });
}

void channel::send_pending() {
    error_code failed;
    while (!out_.is_empty()) {
        const auto sent = stream_.write_now(out_.next(), failed);
        if (gives_up_on(failed) || failed) return;
        out_.sent(sent);
        moved_ += sent;
        wait(waiting::for_writing);
    }
    all_is_sent();
}

void channel::all_is_sent() {
    if (is_streaming_) {
        wait(waiting::for_event);
    } else {
        stop_deadline();
    }
    if (sends_no_more_) stream_.end_sending();
}

void channel::send_no_more() {
    sends_no_more_ = true;
    if (out_.is_empty() && !is_broken_) all_is_sent();
}

awaitable<void> channel::flushed() {
    while (!out_.is_empty() && !is_broken_) {
        const auto [failed] = co_await stream_.writable();
        if (failed) break;
        send_pending();
    }
}

bool channel::gives_up_on(error_code failed) {
    if (!failed || is_only_slow(failed)) return false;
    break_off();
    return true;
}

void channel::part() {
    if (!is_broken_) stream_.end_sending();
    break_off();
}

// A request that came in the last moment has been sent in good faith: it is answered.
void channel::part_unless_asked() {
    if (stream_.has_unread()) return wait(waiting::for_request);
    part();
}

void channel::break_off() {
    if (std::exchange(is_broken_, true)) return;
    stop_deadline();
    out_.clear();
    stream_.close();
    client_left();
}

void channel::client_left() {
    if (!std::exchange(has_client_left_, true)) tell_observer();
}

void channel::tell_observer() {
    if (observer_ && has_client_left_) observer_->client_left();
}

void channel::watch() {
    if (is_watching_ || is_broken_ || has_client_left_ || in_.space().empty()) return;
    is_watching_ = true;
    stream_.when_readable([self = shared_from_this()](error_code failed) {
        self->is_watching_ = false;
        // An answer that is complete leaves the reading to the next request.
        if (!failed && self->observer_) self->look_for_leaving();
    });
}

void channel::look_for_leaving() {
    error_code failed;
    const auto bytes = stream_.read_now(in_.space(), failed);
    if (failed && !is_only_slow(failed)) return client_left();
    in_.received(bytes);
    watch();
}

void channel::stream_events(bool from_now_on) {
    is_streaming_ = from_now_on;
    if (out_.is_empty() && !is_broken_) all_is_sent();
}

awaitable<void> channel::say_goodbye() {
    co_await flushed();
    if (is_broken_ || has_client_left_) co_return part();
    stream_.end_sending();
    in_.release();
    in_.consume(in_.unread().size());
    for (std::size_t drained = 0; drained < goodbye_bytes;) {
        const auto bytes = co_await read(in_.space(), waiting::for_goodbye);
        if (bytes == 0) break;
        drained += bytes;
    }
    break_off();
}

void channel::drain() {
    const bool begins = waiting_ == waiting::for_handshake;
    if (!begins && (waiting_ != waiting::for_request || !in_.is_empty())) return;
    const bool is_used = begins || thread_context_->limits.idle_timeout - deadline_.left() < lately;
    if (!is_used) return part_unless_asked();
    if (deadline_.left() > last_chance) deadline_.arm(last_chance);
}

std::chrono::milliseconds channel::patience(waiting what) const {
    const auto& limits = thread_context_->limits;
    switch (what) {
    case waiting::for_handshake: return limits.handshake_timeout;
    case waiting::for_request:
        return thread_context_->is_draining() ? std::min(last_chance, limits.idle_timeout)
                                    : limits.idle_timeout;
    case waiting::for_head:
    case waiting::for_body: return limits.head_timeout;
    case waiting::for_writing: return limits.write_timeout;
    // Whoever cuts idle connections on the way was probably told the same time as we were.
    case waiting::for_event: return std::min(longest_silence, limits.idle_timeout / 2);
    case waiting::for_goodbye: return goodbye_time;
    case waiting::for_nothing: break;
    }
    return {};
}

// Whether a deadline that is set already stays, whatever has moved meanwhile.
bool channel::keeps_deadline(waiting what) const {
    switch (what) {
    case waiting::for_handshake:
    case waiting::for_head:
    case waiting::for_goodbye: return true;
    case waiting::for_body:
    case waiting::for_writing: {
        const auto seconds = std::chrono::duration<double>(patience(what)).count();
        return static_cast<double>(moved_) < least_bytes_per_second * seconds;
    }
    case waiting::for_request:
    case waiting::for_event:
    case waiting::for_nothing: break;
    }
    return false;
}

void channel::wait(waiting what) {
    if (waiting_ == what && keeps_deadline(what)) return;
    waiting_ = what;
    moved_ = 0;
    deadline_.arm(patience(what));
}

void channel::stop_deadline() noexcept {
    waiting_ = waiting::for_nothing;
    deadline_.disarm();
}

void channel::deadline_passed() {
    switch (std::exchange(waiting_, waiting::for_nothing)) {
    case waiting::for_handshake:
    case waiting::for_head:
    case waiting::for_body: is_late_ = true; return stream_.stop_waiting();
    case waiting::for_request: return part_unless_asked();
    case waiting::for_writing:
    case waiting::for_goodbye: return break_off();
    case waiting::for_event:
        if (observer_) observer_->nothing_sent_for_long();
        return;
    case waiting::for_nothing: return;
    }
}

}  // namespace toolrack::http
