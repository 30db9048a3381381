// A connected socket, TCP or unix: the one place where bytes enter and leave.
//
// Non-blocking calls for what can be done now, one awaitable read, and two ways to be told when
// more can be done. TLS will stand behind the same functions. Belongs to one I/O thread.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "base/asio.hpp"

namespace toolrack::http {

using boost::system::error_code;

class stream {
public:
    using socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;

    // Takes a socket that is already non-blocking.
    explicit stream(socket connected);

    // Waits for the first bytes. The memory is used while waiting, so it costs no call to be told
    // first that there is something to read.
    auto read(std::span<char> into) {
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), as_values);
    }
    auto writable() { return socket_.async_wait(socket::wait_write, as_values); }

    template <typename Callback>
    void when_readable(Callback&& call) {
        socket_.async_wait(socket::wait_read, std::forward<Callback>(call));
    }
    template <typename Callback>
    void when_writable(Callback&& call) {
        socket_.async_wait(socket::wait_write, std::forward<Callback>(call));
    }

    // As much as goes without waiting; error::would_block when nothing does.
    std::size_t read_now(std::span<char> into, error_code& failed) {
        return socket_.read_some(asio::buffer(into.data(), into.size()), failed);
    }
    std::size_t write_now(std::string_view text, error_code& failed) {
        return socket_.write_some(asio::buffer(text), failed);
    }
    template <typename Buffers>
    std::size_t write_now(const Buffers& several, error_code& failed) {
        return socket_.write_some(several, failed);
    }

    void end_sending() noexcept;
    // What waits is told operation_aborted; the socket stays usable.
    void stop_waiting() noexcept;
    void close() noexcept;
    bool is_open() const noexcept { return socket_.is_open(); }

private:
    socket socket_;
};

}  // namespace toolrack::http
