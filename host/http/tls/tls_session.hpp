// The TLS session of one connection.
//
// Never blocks: when no byte can be read or written, the error is would_block, and reads_after() or writes_after() says
// which event to wait for. Holds no buffer while idle, because thousands of connections are idle at the same time.
// Belongs to the connection's I/O thread. Must be destroyed before its socket's descriptor is closed.
#pragma once

#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/tls/socket_bio.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace toolrack::http {

enum class handshake_result {
    done,
    would_block,  // wait for the client
    clear_text,   // the client speaks HTTP instead of TLS
    failed,       // an alert was sent
    timed_out,
    disconnected
};

class tls_session {
public:
    using error_code = boost::system::error_code;
    using event = boost::asio::socket_base::wait_type;

    // Throws std::bad_alloc.
    tls_session(ssl_ctx_st& context, int socket);

    handshake_result handshake();
    // Why the handshake failed, for the log.
    std::string failure_reason() const;
    // DER; empty when the client sent none. A certificate that does not verify fails the handshake.
    std::string client_certificate() const;

    // Read or write what is possible without blocking; error::would_block when nothing is. Bytes that were not written
    // must be passed again before any others: their record may be encrypted already.
    std::size_t read(std::span<char> into, error_code& failed);
    std::size_t write(std::string_view text, error_code& failed);
    // The socket event to wait for before reading or writing again.
    event reads_after() const noexcept { return reads_after_; }
    event writes_after() const noexcept { return writes_after_; }
    // Whether OpenSSL holds bytes that have been read from the socket, so that the socket reports no event for them.
    bool has_pending() const noexcept;

    void send_close_notify() noexcept;

private:
    struct deleter {
        void operator()(ssl_st* session) const noexcept;
    };

    void begin_operation() noexcept;
    error_code error_of(int returned, event& after);

    socket_bio bio_;
    std::unique_ptr<ssl_st, deleter> ssl_;
    event reads_after_ = event::wait_read;
    event writes_after_ = event::wait_write;
    bool is_drained_ = false;  // the last read found less than a record
    bool is_broken_ = false;
    unsigned long failure_ = 0;  // OpenSSL's error of a failed handshake
};

}  // namespace toolrack::http
