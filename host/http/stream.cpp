#include "http/stream.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>

namespace toolrack::http {

stream::stream(socket connected, std::unique_ptr<tls_session> session)
    : socket_(std::move(connected)), tls_(std::move(session)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

awaitable<handshake> stream::shake_hands() {
    is_told_to_stop_ = false;
    auto step = tls_->shake_hands();
    while (step == handshake::waits) {
        const auto [stopped] = co_await socket_.async_wait(before_reading(), as_values);
        // What was told to stop may have been about to go on.
        if (stopped || is_told_to_stop_ || !tls_) co_return handshake::gone;
        step = tls_->shake_hands();
    }
    co_return step;
}

awaitable<stream::read_outcome> stream::read_opened(std::span<char> into) {
    is_told_to_stop_ = false;
    error_code failed;
    auto bytes = tls_->read(into, failed);
    if (failed != asio::error::would_block) {
        // A client that never lets us wait must not keep the thread from the others.
        co_await asio::post(socket_.get_executor(), as_values);
        co_return read_outcome(failed, bytes);
    }
    while (failed == asio::error::would_block) {
        const auto [stopped] = co_await socket_.async_wait(before_reading(), as_values);
        if (stopped || is_told_to_stop_ || !tls_)
            co_return read_outcome(asio::error::operation_aborted, 0);
        bytes = tls_->read(into, failed);
    }
    co_return read_outcome(failed, bytes);
}

std::size_t stream::seal_now(std::span<const asio::const_buffer> several, error_code& failed) {
    std::size_t written = 0;
    failed = {};
    for (const auto& each : several) {
        const std::string_view text(static_cast<const char*>(each.data()), each.size());
        const auto bytes = tls_->write(text, failed);
        written += bytes;
        if (bytes < text.size()) break;
    }
    if (written > 0 && failed == asio::error::would_block) failed = {};
    return written;
}

bool stream::has_unread() noexcept {
    char first = 0;
    return ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void stream::end_sending() noexcept {
    if (tls_) tls_->say_end();
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
}

void stream::stop_waiting() noexcept {
    is_told_to_stop_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void stream::close() noexcept {
    tls_.reset();  // it knows the descriptor by its number, which another socket may get now
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace toolrack::http
