// A listener: accepts on one address and hands each connection to the next I/O thread in turn.
//
// Belongs to the thread that makes it until start(), then accepts on the first I/O thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "http/handler.hpp"
#include "http/tls.hpp"

namespace toolrack::http {

class listener {
public:
    // Binds and listens, without accepting yet. Throws failure (69) when the address cannot be had:
    // "Cannot listen on 127.0.0.1:8080: address already in use. ...". A stale unix socket file that
    // nobody listens on is replaced; one that somebody does is not. Several listeners may share
    // `handle`, the threads and the TLS; all must outlive it. The limits on connections are per
    // listener. With `secured`, a TCP address speaks TLS and nothing else.
    listener(const config::address& address,
             const config::server& settings,
             std::span<const std::unique_ptr<io_thread>> threads,
             const handler& handle,
             log& log,
             const tls* secured = nullptr);
    // After the threads were stopped, or while they run: then it accepts no more, and what is
    // connected lives on.
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    // What was really bound: the port is never 0.
    const config::address& address() const;

    void start();

    // Accepts no more; idle connections end now, busy ones after the answer they are at.
    // Thread-safe.
    void drain();
    // How many connections are open. Thread-safe.
    std::size_t open_connections() const;

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace toolrack::http
