// How an instance is: whether it serves, and since when and why not; and what it says itself is wrong with it.
//
// Only for those who look after the server: no call goes another way because of it. Whoever notices says it, whoever
// wants to know asks. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace toolrack::plugin {

enum class state {
    serving,
    restarting,  // its worker ended, and the next one is not there yet
    suspended      // its worker ended too often to be started again at once
};

constexpr std::string_view word_for(state how) noexcept {
    switch (how) {
    case state::serving: return "serving";
    case state::restarting: return "restarting";
    case state::suspended: return "suspended";
    }
    return {};
}

struct condition {
    using time = std::chrono::system_clock::time_point;

    plugin::state state = plugin::state::serving;
    time since;                // it is in this state
    std::string why = {};      // how its worker ended, unless it serves: "it crashed (...)"
    std::string degraded_reason = {};  // as it says itself; empty: none
    time ailing_since = {};    // unless that is empty
    std::uint64_t asked = 0;   // how many calls, or checks of callers, it was given since it was made
    std::size_t under_way = 0;
};

class health {
public:
    condition now() const {
        const std::lock_guard lock(mutex_);
        return now_;
    }

    void serves() {
        const std::lock_guard lock(mutex_);
        change(state::serving, {});
    }
    // What it said of itself ended with it.
    void ended(std::string why, bool is_suspended) {
        const std::lock_guard lock(mutex_);
        change(is_suspended ? state::suspended : state::restarting, std::move(why));
        now_.degraded_reason.clear();
    }
    void report_degraded(std::string what) {
        const std::lock_guard lock(mutex_);
        if (now_.degraded_reason == what) return;
        if (now_.degraded_reason.empty()) now_.ailing_since = std::chrono::system_clock::now();
        now_.degraded_reason = std::move(what);
    }

private:
    void change(state to, std::string why) {
        if (now_.state != to) now_.since = std::chrono::system_clock::now();
        now_.state = to;
        now_.why = std::move(why);
    }

    mutable std::mutex mutex_;
    condition now_{.since = std::chrono::system_clock::now()};
};

}  // namespace toolrack::plugin
