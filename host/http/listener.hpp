// Accepts connections on one address and assigns them to the I/O threads in turn.
//
// Belongs to the thread that creates it until start(), then accepts on the first I/O thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "http/connection_limiter.hpp"
#include "http/handler.hpp"
#include "http/listening_socket.hpp"
#include "http/response_counters.hpp"
#include "http/tls/tls_context.hpp"

namespace toolrack::http {

class listener {
public:
    // Accepts nothing before start(). Several listeners may share the limiter, the threads, the handler and the TLS
    // context; all must outlive it. With `tls`, a TCP address accepts only TLS. Throws failure (exit code 69) when the
    // socket cannot be used.
    listener(listening_socket bound,
             const config::server& settings,
             std::shared_ptr<connection_limiter> limiter,
             std::span<const std::unique_ptr<io_thread>> threads,
             const handler& handle,
             log& log,
             const tls_context* tls = nullptr);
    // Stops accepting. While the threads run, open connections continue.
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    // As bound: the port is never 0.
    const config::address& address() const;

    void start();

    // Accepts the connections that are queued already, then closes the socket. The queue of an inherited socket is left
    // to the successor. Idle connections close within a second, busy ones after the current answer. Thread-safe.
    void drain();
    // Whether the socket is closed and all of its connections have ended. Thread-safe.
    bool is_drained() const;
    // Thread-safe.
    std::size_t open_connections() const;
    // Responses by the class of their status. Thread-safe.
    response_counters::counts response_counts() const;

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace toolrack::http
