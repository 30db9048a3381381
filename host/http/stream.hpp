// A connected socket, TCP or unix: the one place where bytes enter and leave.
//
// Non-blocking calls for what can be done now, one awaitable read, and two ways to be told when
// more can be done. TLS stands behind the same functions; who calls them need not know. Belongs to
// one I/O thread.
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

class stream {
public:
    using socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;

    using read_outcome = std::tuple<error_code, std::size_t>;

    // Takes a socket that is already non-blocking. Without a session everything is clear text.
    explicit stream(socket connected, std::unique_ptr<tls_session> session = nullptr);

    bool speaks_tls() const noexcept { return tls_ != nullptr; }
    // Before anything else, when it speaks TLS. The deadline is the caller's.
    awaitable<handshake> shake_hands();
    const tls_session& session() const noexcept { return *tls_; }
    // Gives TLS up: a handshake came to nothing, and all that is left is to say so and to end.
    void stop_tls() noexcept { tls_.reset(); }

    // Waits for the first bytes. The memory is used while waiting, so it costs no call to be told
    // first that there is something to read.
    awaitable<read_outcome> read(std::span<char> into) {
        if (tls_) return read_opened(into);
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), as_values);
    }
    awaitable<std::tuple<error_code>> writable() {
        return socket_.async_wait(before_writing(), as_values);
    }

    template <typename Callback>
    void when_readable(Callback&& call) {
        if (tls_ && tls_->holds_more()) {
            return asio::post(socket_.get_executor(),
                              [call = std::forward<Callback>(call)] { call(error_code()); });
        }
        socket_.async_wait(before_reading(), std::forward<Callback>(call));
    }
    template <typename Callback>
    void when_writable(Callback&& call) {
        socket_.async_wait(before_writing(), std::forward<Callback>(call));
    }

    // As much as goes without waiting; error::would_block when nothing does. What could not be
    // written is what has to be written next: TLS may have sealed it already.
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
        if (tls_) return seal_now(several, failed);
        return socket_.write_some(several, failed);
    }

    // Whether bytes have come that nobody has read.
    bool has_unread() noexcept;
    // Says that this was all, so that the client can tell it from an answer that was cut off.
    void end_sending() noexcept;
    // What waits is told operation_aborted; the socket stays usable.
    void stop_waiting() noexcept;
    void close() noexcept;
    bool is_open() const noexcept { return socket_.is_open(); }

private:
    socket::wait_type before_reading() const noexcept {
        return tls_ ? tls_->reads_after() : socket::wait_read;
    }
    socket::wait_type before_writing() const noexcept {
        return tls_ ? tls_->writes_after() : socket::wait_write;
    }
    awaitable<read_outcome> read_opened(std::span<char> into);
    std::size_t seal_now(std::span<const asio::const_buffer> several, error_code& failed);

    socket socket_;
    std::unique_ptr<tls_session> tls_;
    bool is_told_to_stop_ = false;
};

}  // namespace toolrack::http
