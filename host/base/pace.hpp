// Rate limit for log lines that unauthenticated clients or plugins can trigger: at most so many a second. Thread-safe;
// not exact at the boundary of a second.
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
        if (second_.exchange(now) != now) count_ = 0;
        return ++count_ <= most_;
    }

private:
    const int most_;
    std::atomic<std::int64_t> second_ = 0;  // of the last line
    std::atomic<int> count_ = 0;            // lines in that second
};

}  // namespace toolrack
