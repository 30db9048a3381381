// A pace: so many lines a second and no more, for what a stranger can cause at will and the log must not
// be the victim of. Thread-safe, and not exact when a second begins.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace toolrack {

class pace {
public:
    explicit pace(int most) : most_(most) {}

    bool allows_another() noexcept {
        using namespace std::chrono;
        const std::int64_t now = duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
        if (second_.exchange(now) != now) said_ = 0;
        return ++said_ <= most_;
    }

private:
    const int most_;
    std::atomic<std::int64_t> second_ = 0;  // of the last one
    std::atomic<int> said_ = 0;             // how many in it
};

}  // namespace toolrack
