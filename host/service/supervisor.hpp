// The service manager that started this process: systemd, or another one that speaks sd_notify(3).
//
// The protocol is one datagram for each message. It is documented and stable, and smaller than a dependency on
// libsystemd. Without a service manager, no function here does anything.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/log.hpp"

namespace toolrack::service {

class supervisor {
public:
    // Removes the variables of the protocol from the environment, so that neither a plugin nor a child process can
    // notify in our name. Call it before any other thread starts. Throws failure.
    explicit supervisor(log& log);

    // Any thread.
    void notify_ready() const { notify("READY=1"); }
    void notify_reloading() const;  // until notify_ready()
    void notify_stopping() const { notify("STOPPING=1"); }
    void notify_watchdog() const { notify("WATCHDOG=1"); }
    // `line` is for people: "systemctl status" shows it.
    void notify_status(const std::string& line) const { notify("STATUS=" + line); }

    // The service manager kills this process when it gets no notify_watchdog() for this long. Empty: it does not.
    std::optional<std::chrono::microseconds> watchdog_timeout() const noexcept { return watchdog_timeout_; }

private:
    void notify(std::string_view message) const;

    descriptor socket_;  // kept open, so that messages can be sent when no descriptor is left
    std::optional<std::chrono::microseconds> watchdog_timeout_;
};

}  // namespace toolrack::service
