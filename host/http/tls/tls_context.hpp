// The TLS configuration of all listeners. Creates the session of each connection, and loads the certificate again when
// its files have changed.
//
// A connection keeps the settings it began with. new_session() is thread-safe; reload_if_changed() belongs to one
// thread, which is not an I/O thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/mutex.hpp"
#include "config/config.hpp"
#include "http/tls/tls_session.hpp"
#include "http/tls/tls_settings.hpp"

namespace toolrack::http {

class tls_context {
public:
    // Throws failure that names the bad file. Logs a warning for an expired certificate.
    tls_context(const config::tls& config, log& log);

    // The server side of a handshake on this socket. Throws std::bad_alloc.
    std::unique_ptr<tls_session> new_session(int socket) const;

    // Call it periodically. Loads changed files once two calls in a row have seen the same files: certificate and key
    // are two files and are not replaced at the same time. Files that cannot be used are logged once, and the previous
    // settings stay in use.
    void reload_if_changed();

    // For the start message: "certificate valid until 2027-01-31, ...".
    std::string summary() const;
    // When the certificate expires, in seconds since 1970; 0 when unknown.
    std::int64_t valid_until() const;

private:
    // Device, inode, size, mode and times of a file. Any difference is a change.
    using file_version = std::array<std::uint64_t, 6>;
    using file_versions = std::array<file_version, 3>;
    file_versions read_file_versions() const;
    bool has_expired_ticket_keys() const;
    void reload();

    const config::tls config_;
    log& log_;
    file_versions last_seen_;
    file_versions loaded_;
    std::chrono::steady_clock::time_point loaded_at_;
    mutable mutex mutex_;
    tls_settings settings_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::http
