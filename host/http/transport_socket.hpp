// A connected TCP or unix socket, with or without TLS.
//
// Offers non-blocking reads and writes, one awaitable read, and waits for readiness. The functions are the same with
// TLS. Belongs to one I/O thread.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/asio.hpp"
#include "http/tls/tls_session.hpp"

namespace toolrack::http {

using boost::system::error_code;

class transport_socket {
public:
    using socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;

    using read_outcome = std::tuple<error_code, std::size_t>;

    // The socket must be non-blocking. Without a session it transfers clear text.
    explicit transport_socket(socket connected, std::unique_ptr<tls_session> session = nullptr);

    bool uses_tls() const noexcept { return tls_ != nullptr; }
    // With TLS, call it first. The caller sets the deadline.
    awaitable<handshake_result> handshake();
    const tls_session& session() const noexcept { return *tls_; }
    // Continues in clear text, to answer after a failed handshake.
    void stop_tls() noexcept { tls_.reset(); }

    // Waits for the first bytes. `into` must stay valid meanwhile. Receives directly, which saves the system call that
    // waiting for readiness first would cost.
    awaitable<read_outcome> read(std::span<char> into) {
        if (tls_) return read_decrypted(into);
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), as_values);
    }
    awaitable<std::tuple<error_code>> writable() { return socket_.async_wait(event_before_write(), as_values); }

    template <typename Callback>
    void when_readable(Callback&& call) {
        if (tls_ && tls_->has_pending()) {
            return asio::post(socket_.get_executor(), [call = std::forward<Callback>(call)] { call(error_code()); });
        }
        socket_.async_wait(event_before_read(), std::forward<Callback>(call));
    }
    template <typename Callback>
    void when_writable(Callback&& call) {
        socket_.async_wait(event_before_write(), std::forward<Callback>(call));
    }

    // Transfer what is possible without blocking; error::would_block when nothing is. Bytes that were not written must
    // be written next: TLS may have encrypted them already.
    std::size_t read_now(std::span<char> into, error_code& failed) {
        if (tls_) return tls_->read(into, failed);
        return socket_.read_some(asio::buffer(into.data(), into.size()), failed);
    }
    std::size_t write_now(std::string_view text, error_code& failed) {
        if (tls_) return tls_->write(text, failed);
        return socket_.write_some(asio::buffer(text), failed);
    }
    template <typename Buffers>
    std::size_t write_now(const Buffers& several, error_code& failed) {
        if (tls_) return write_encrypted(several, failed);
        return socket_.write_some(several, failed);
    }

    // Whether the socket has received bytes that were not read.
    bool has_unread() noexcept;
    // Shuts the sending side down, with close_notify on TLS, so that the client can tell a complete answer from a
    // truncated one.
    void end_sending() noexcept;
    // Pending waits end with operation_aborted. The socket stays usable.
    void stop_waiting() noexcept;
    void close() noexcept;
    bool is_open() const noexcept { return socket_.is_open(); }

private:
    socket::wait_type event_before_read() const noexcept { return tls_ ? tls_->reads_after() : socket::wait_read; }
    socket::wait_type event_before_write() const noexcept { return tls_ ? tls_->writes_after() : socket::wait_write; }
    awaitable<read_outcome> read_decrypted(std::span<char> into);
    std::size_t write_encrypted(std::span<const asio::const_buffer> several, error_code& failed);

    socket socket_;
    std::unique_ptr<tls_session> tls_;
    bool is_stopped_ = false;
};

}  // namespace toolrack::http
