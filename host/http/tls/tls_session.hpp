// One connection's TLS: what it reads and writes is clear on this side and sealed on the other.
//
// Never waits: whoever asks for more than there is gets error::would_block, and is told for what to
// wait. Holds no buffer while nothing is under way, for ten thousand of them are idle at any time.
// Belongs to the connection's I/O thread; must be gone before its socket's descriptor is.
#pragma once

#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/tls/tls_wire.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace toolrack::http {

enum class handshake {
    done,
    waits,       // for the client
    clear_text,  // the client does not speak TLS, but HTTP
    failed,      // and the client has been told why
    late,
    gone  // the client left
};

class tls_session {
public:
    using error_code = boost::system::error_code;
    using event = boost::asio::socket_base::wait_type;

    // Throws std::bad_alloc.
    tls_session(ssl_ctx_st& settings, int socket);

    handshake shake_hands();
    // Why it failed, for the log.
    std::string why_not() const;
    // DER; empty when the client showed none. One that does not verify ends the handshake.
    std::string client_certificate() const;

    // As much as goes without waiting; error::would_block when nothing does. What could not be
    // written must be offered again before anything else is: its record may be sealed already.
    std::size_t read(std::span<char> into, error_code& failed);
    std::size_t write(std::string_view text, error_code& failed);
    // What has to happen on the socket before reading, or writing, goes on.
    event reads_after() const noexcept { return reads_after_; }
    event writes_after() const noexcept { return writes_after_; }
    // Whether there are bytes that have left the socket already, so that it would not tell of them.
    bool holds_more() const noexcept;

    // Tells the client that this is the end, and that nothing was cut off.
    void say_end() noexcept;

private:
    struct freed {
        void operator()(ssl_st* session) const noexcept;
    };

    void begin_turn() noexcept;
    error_code outcome_of(int returned, event& after);

    tls_wire wire_;
    std::unique_ptr<ssl_st, freed> ssl_;
    event reads_after_ = event::wait_read;
    event writes_after_ = event::wait_write;
    bool is_drained_ = false;  // reading has found less than a record
    bool is_broken_ = false;
    unsigned long why_not_ = 0;
};

}  // namespace toolrack::http
