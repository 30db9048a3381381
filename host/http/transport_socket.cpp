#include "http/transport_socket.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>

namespace toolrack::http {

transport_socket::transport_socket(socket connected, std::unique_ptr<tls_session> session)
    : socket_(std::move(connected)), tls_(std::move(session)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

awaitable<handshake_result> transport_socket::handshake() {
    is_stopped_ = false;
    auto step = tls_->handshake();
    while (step == handshake_result::would_block) {
        const auto [stopped] = co_await socket_.async_wait(event_before_read(), as_values);
        // stop_waiting() may be called when the wait has already succeeded.
        if (stopped || is_stopped_ || !tls_) co_return handshake_result::disconnected;
        step = tls_->handshake();
    }
    co_return step;
}

awaitable<transport_socket::read_outcome> transport_socket::read_decrypted(std::span<char> into) {
    is_stopped_ = false;
    error_code failed;
    auto bytes = tls_->read(into, failed);
    if (failed != asio::error::would_block) {
        // Let other connections run, even if this client always has more data ready.
        co_await asio::post(socket_.get_executor(), as_values);
        co_return read_outcome(failed, bytes);
    }
    while (failed == asio::error::would_block) {
        const auto [stopped] = co_await socket_.async_wait(event_before_read(), as_values);
        if (stopped || is_stopped_ || !tls_) co_return read_outcome(asio::error::operation_aborted, 0);
        bytes = tls_->read(into, failed);
    }
    co_return read_outcome(failed, bytes);
}

std::size_t transport_socket::write_encrypted(std::span<const asio::const_buffer> several, error_code& failed) {
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

bool transport_socket::has_unread() noexcept {
    char first = 0;
    return ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void transport_socket::end_sending() noexcept {
    if (tls_) tls_->send_close_notify();
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
}

void transport_socket::stop_waiting() noexcept {
    is_stopped_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void transport_socket::close() noexcept {
    tls_.reset();  // it uses the descriptor's number, which another socket can get after the close
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace toolrack::http
