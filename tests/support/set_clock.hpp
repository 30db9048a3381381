// A clock whose time changes only when a test sets it or lets time pass.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace toolrack::test {

class set_clock final : public clock {
public:
    std::chrono::system_clock::time_point now() const noexcept override {
        return std::chrono::system_clock::time_point(std::chrono::system_clock::duration(now_.load()));
    }
    std::chrono::steady_clock::time_point steady() const noexcept override {
        return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(steady_.load()));
    }
    // Sets the system clock; the steady clock does not change.
    void set(std::chrono::system_clock::time_point to) { now_ = to.time_since_epoch().count(); }
    void pass(std::chrono::system_clock::duration time) {
        now_ += time.count();
        steady_ += std::chrono::nanoseconds(time).count();
    }

private:
    std::atomic<std::chrono::system_clock::rep> now_ =
        std::chrono::system_clock::duration(std::chrono::seconds(1'800'000'000)).count();
    std::atomic<std::int64_t> steady_ = std::chrono::nanoseconds(std::chrono::hours(1)).count();
};

}  // namespace toolrack::test
