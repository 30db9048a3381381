// The TLS of all listeners: what a handshake that begins now is given, and its replacement when the
// files have changed.
//
// A connection keeps what it began with, so that nobody notices a replacement. begin() is
// thread-safe; look() belongs to one thread, which is not one that serves.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/log.hpp"
#include "config/config.hpp"
#include "http/tls/tls_session.hpp"
#include "http/tls/tls_settings.hpp"

namespace toolrack::http {

class tls {
public:
    // Throws failure that says what is wrong with which file. Warns of an expired certificate.
    tls(const config::tls& from, log& to);

    // The server's side of a handshake on this socket. Throws std::bad_alloc.
    std::unique_ptr<tls_session> begin(int socket) const;

    // Takes up files that have changed and have rested for as long as it is between two looks:
    // certificate and key are two files, and not written at once. What cannot be used is logged
    // once, and what was there before goes on.
    void look();

    // For the person who started it: "certificate valid until 2027-01-31, ...".
    std::string summary() const;
    // When the certificate ends, in seconds since 1970; 0 when that is not known.
    std::int64_t valid_until() const;

private:
    // What the kernel knows of a file; any difference is a change.
    using stamp = std::array<std::uint64_t, 6>;
    using stamps = std::array<stamp, 3>;
    stamps look_at_files() const;
    bool is_old() const;
    void replace();

    const config::tls from_;
    log& log_;
    stamps seen_;   // at the last look
    stamps taken_;  // when the files were last read
    std::chrono::steady_clock::time_point read_at_;
    mutable std::mutex acceptor_;
    tls_settings now_;
};

}  // namespace toolrack::http
