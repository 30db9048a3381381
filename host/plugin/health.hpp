// The health of an instance: whether it serves, since when, why not, and the problem that the plugin itself reports.
//
// Only for status and metrics: no call is routed by it. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"

namespace toolrack::plugin {

enum class state {
    serving,
    restarting,  // its worker exited, and the next one has not started yet
    suspended    // its worker exited too often: the next start is delayed
};

constexpr std::string_view word_for(state how) noexcept {
    switch (how) {
    case state::serving: return "serving";
    case state::restarting: return "restarting";
    case state::suspended: return "suspended";
    }
    return {};
}

struct instance_status {
    using time = std::chrono::system_clock::time_point;

    plugin::state state = plugin::state::serving;
    time since;                        // start of this state
    std::string why = {};              // unless serving, how its worker exited: "it crashed (...)"
    std::string degraded_reason = {};  // reported by the plugin; empty: none
    time degraded_since = {};          // only with a reason
    std::uint64_t calls_started = 0;   // calls and auth checks since the instance was made
    std::size_t calls_in_flight = 0;
};

class health {
public:
    instance_status status() const {
        const lock_guard lock(mutex_);
        return status_;
    }

    void set_serving() {
        const lock_guard lock(mutex_);
        set_state(state::serving, {});
    }
    // Clears the degraded reason, which belonged to that worker.
    void worker_exited(std::string why, bool is_suspended) {
        const lock_guard lock(mutex_);
        set_state(is_suspended ? state::suspended : state::restarting, std::move(why));
        status_.degraded_reason.clear();
    }
    // An empty reason: no longer degraded.
    void set_degraded(std::string reason) {
        const lock_guard lock(mutex_);
        if (status_.degraded_reason == reason) return;
        if (status_.degraded_reason.empty()) status_.degraded_since = std::chrono::system_clock::now();
        status_.degraded_reason = std::move(reason);
    }

private:
    void set_state(state to, std::string why) TOOLRACK_REQUIRES(mutex_) {
        if (status_.state != to) status_.since = std::chrono::system_clock::now();
        status_.state = to;
        status_.why = std::move(why);
    }

    mutable mutex mutex_;
    instance_status status_ TOOLRACK_GUARDED_BY(mutex_){.since = std::chrono::system_clock::now()};
};

}  // namespace toolrack::plugin
