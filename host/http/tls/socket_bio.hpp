// An OpenSSL BIO that receives from and sends to a non-blocking socket.
//
// OpenSSL's socket BIO raises SIGPIPE, and Asio's TLS stream copies everything through four buffers of 17 KB that an
// idle connection keeps. This one copies bytes straight between the socket and the current record.
//
// OpenSSL reads until it has data for its caller. Some records (key updates, renegotiation requests) contain none, so a
// client that sends only those could occupy the thread. Therefore an operation receives at most one record's worth of
// bytes and then reports would_block. The socket stays readable, so the caller continues after other connections have
// been served.
#pragma once

#include <cstddef>

struct bio_st;

namespace toolrack::http {

class socket_bio {
public:
    // The caller owns the socket, which must outlive this.
    explicit socket_bio(int socket) noexcept : socket_(socket) {}
    socket_bio(const socket_bio&) = delete;
    socket_bio& operator=(const socket_bio&) = delete;

    // For an SSL, which owns the BIO and must not outlive this. Null when out of memory.
    bio_st* make_bio() noexcept;

    // Call it before each OpenSSL function that reads or writes.
    void begin_operation() noexcept { received_ = 0; }

private:
    struct callbacks;

    static constexpr std::size_t max_bytes_per_operation = 16 * 1024;

    const int socket_;
    std::size_t received_ = 0;
};

}  // namespace toolrack::http
