// Timers for calls: one thread for all waiting calls, so that they occupy no thread of the lane.
//
// Checks all calls 50 times a second, for their time and for cancellation. It owns the calls while they
// wait. The instance must keep it, not a waiting call, because its thread cannot join itself. Any
// thread may use it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <toolrack/plugin.hpp>

namespace fixture {

class call_timers {
public:
    using clock = std::chrono::steady_clock;
    using next = std::function<void(toolrack::call)>;

    explicit call_timers(const toolrack::log& log);

    // Calls `then` at that time, or soon after the call is cancelled. `then` must not block; if it
    // throws, the call fails.
    void schedule(toolrack::call c, clock::time_point until, next then);
    void schedule(toolrack::call c, clock::duration how_long, next then);

private:
    struct entry {
        toolrack::call call;
        clock::time_point until;
        next then;
    };

    void run(const std::stop_token& stop);
    std::vector<entry> take_due();
    void run_next(entry& due) const;

    toolrack::log log_;
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::vector<entry> entries_;
    std::jthread thread_;  // last: it uses everything above
};

}  // namespace fixture
