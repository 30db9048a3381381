// Calls that wait: one thread for all of them, so that a call of a minute keeps none of the lane's.
//
// Looks at everyone fifty times a second, which is exact enough for a test, and lets a cancelled
// call go as quickly. It owns the calls while they wait; it must be kept by the instance and not by
// what waits here, because its thread cannot join itself. Any thread may use it.
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

class waiting_room {
public:
    using clock = std::chrono::steady_clock;
    using next = std::function<void(toolrack::call)>;

    explicit waiting_room(const toolrack::log& log);

    // Goes on with `then` at that time, or soon after nobody waits for the call any more: it asks
    // cancelled(). It must not block. When it throws, the call fails.
    void stay(toolrack::call c, clock::time_point until, next then);
    void stay(toolrack::call c, clock::duration how_long, next then);

private:
    struct guest {
        toolrack::call call;
        clock::time_point until;
        next then;
    };

    void run(const std::stop_token& stop);
    std::vector<guest> take_those_who_leave();
    void send_off(guest& leaving) const;

    toolrack::log log_;
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::vector<guest> guests_;
    std::jthread thread_;  // last: it uses everything above
};

}  // namespace fixture
