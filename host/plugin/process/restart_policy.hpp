// The restart policy: how long to wait before an exited worker is started again, and when it is suspended.
//
// A worker that answered something restarts at once. One that exits before it has answered anything restarts after
// growing delays, is then suspended, and is tried again once a minute. No clock, no process: times in, delays out.
#pragma once

#include <chrono>

namespace toolrack::plugin {

class restart_policy {
public:
    using time = std::chrono::steady_clock::time_point;
    using duration = std::chrono::milliseconds;

    static constexpr int max_failures = 5;  // exits in a row without an answer
    static constexpr duration suspension = std::chrono::minutes(1);
    static constexpr auto stable_after = std::chrono::minutes(1);  // a success even without a call

    void started(time now) noexcept { started_ = now; }

    // The delay before the next start.
    duration after_exit(time now, bool has_answered) noexcept {
        if (has_answered || now - started_ >= stable_after) failures_ = 0;
        else ++failures_;
        if (is_suspended()) return suspension;
        // 0, 0, 50, 100, 200 ms: hardly noticeable for waiting calls.
        return failures_ < 2 ? duration(0) : duration(25 << (failures_ - 1));
    }
    bool is_suspended() const noexcept { return failures_ >= max_failures; }

private:
    int failures_ = 0;
    time started_{};
};

}  // namespace toolrack::plugin
