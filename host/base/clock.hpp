// The source of time for expiry, idle and rate limits. Tests replace it with a clock that they set.
//
// Wall time (since 1970) is for expiry times in tokens and files; it jumps when the system clock is set. Steady time is
// for durations: idle times, rates, timeouts.
#pragma once

#include <chrono>

namespace toolrack {

class clock {
public:
    virtual ~clock() = default;
    virtual std::chrono::system_clock::time_point now() const noexcept { return std::chrono::system_clock::now(); }
    virtual std::chrono::steady_clock::time_point steady() const noexcept { return std::chrono::steady_clock::now(); }
};

}  // namespace toolrack
