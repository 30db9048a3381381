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
#include "http/answers.hpp"
#include "http/connection_limiter.hpp"
#include "http/handler.hpp"
#include "http/listening.hpp"
#include "http/tls/tls.hpp"

namespace toolrack::http {

class listener {
public:
    // Accepts nothing yet. Several listeners may share `inside`, `handle`, the threads and the TLS;
    // all must outlive it. With `secured`, a TCP address speaks TLS and nothing else. Throws
    // failure (69) when the socket cannot be waited for.
    listener(listening bound,
             const config::server& settings,
             std::shared_ptr<connection_limiter> inside,
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

    // Accepts no more, but whoever waits already: unless the socket was handed over, and others
    // will accept them. Idle connections end within a second, busy ones after the answer they are
    // at. Thread-safe.
    void drain();
    // Whether it accepts no more, and all that it accepted has ended. Thread-safe.
    bool is_drained() const;
    // How many connections are open. Thread-safe.
    std::size_t open_connections() const;
    // How many answers went out, by the class of their status. Thread-safe.
    answers::counts answered() const;

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace toolrack::http
