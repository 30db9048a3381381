// The signals that an operator sends to the server.
//
// The constructor blocks them in its thread, and so in every thread that starts later. wait() returns them one by one;
// no signal handler runs.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace toolrack::service {

class signals {
public:
    enum class request { stop, reload };  // SIGINT or SIGTERM; SIGHUP

    signals();

    // Empty when no signal arrived within `limit`. Thread-safe.
    std::optional<request> wait(std::chrono::milliseconds limit) const;
    request wait() const;

private:
    sigset_t set_;
};

}  // namespace toolrack::service
