// Whoever started this server and wants to hear how it is: systemd, or what speaks its protocol,
// sd_notify(3).
//
// The protocol is one datagram for each thing that is said. It is documented and stable, and smaller
// than linking a library for it would be. Without a supervisor nothing here does anything.
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
    // Takes what is meant for us out of the environment: no plugin and no child may speak for us. Before
    // there is any other thread. Throws failure.
    explicit supervisor(log& log);

    // Any thread.
    void say_ready() const { say("READY=1"); }
    void say_reloading() const;  // until say_ready()
    void say_stopping() const { say("STOPPING=1"); }
    void say_alive() const { say("WATCHDOG=1"); }
    // In one line, for a person: "systemctl status" shows it.
    void say_how_it_is(const std::string& line) const { say("STATUS=" + line); }

    // How long it waits to hear that we are alive before it ends us; nothing when it does not.
    std::optional<std::chrono::microseconds> patience() const noexcept { return patience_; }

private:
    void say(std::string_view what) const;

    descriptor socket_;  // kept open, to be heard also when no descriptor is left
    std::optional<std::chrono::microseconds> patience_;
};

}  // namespace toolrack::service
