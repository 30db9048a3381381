// What stands between OpenSSL and a socket: a BIO that receives and sends without waiting.
//
// OpenSSL's own writes in a way that raises SIGPIPE, and Asio's copies everything through four
// buffers of 17 KB that an idle connection keeps. Here a byte goes straight from the socket to the
// record that is being read, so what is idle holds nothing.
//
// OpenSSL reads until it has something for its caller, and some records (a change of keys, a wish
// to negotiate anew) never are: a client that sends nothing else would have the thread for itself.
// So after a record's worth of bytes the wire says that no more have come, though they may have;
// who waits for the socket then is told at once, after everybody else had a turn.
#pragma once

#include <cstddef>

struct bio_st;

namespace toolrack::http {

class tls_wire {
public:
    // The socket stays the caller's and must outlive it.
    explicit tls_wire(int socket) noexcept : socket_(socket) {}
    tls_wire(const tls_wire&) = delete;
    tls_wire& operator=(const tls_wire&) = delete;

    // To be given to an SSL, which then owns it and must not outlive this. Null when there is no
    // memory.
    bio_st* make_bio() noexcept;

    // Before OpenSSL is asked for anything.
    void begin_turn() noexcept { received_ = 0; }

private:
    struct calls;  // what OpenSSL calls

    static constexpr std::size_t most_per_turn = 16 * 1024;

    const int socket_;
    std::size_t received_ = 0;
};

}  // namespace toolrack::http
