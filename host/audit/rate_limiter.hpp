// Rate limit for audit lines that unauthenticated clients cause: a burst of `most`, then one in each interval. Counts
// what it rejects. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/mutex.hpp"

namespace toolrack::audit {

class rate_limiter {
public:
    using clock = std::chrono::steady_clock;

    rate_limiter(int most, clock::duration every) : most_(most), every_(every), left_(most) {}

    // Empty when the limit is reached; else the number of rejected calls since the last accepted one.
    std::optional<std::uint64_t> take(clock::time_point now = clock::now()) {
        const lock_guard lock(mutex_);
        if (now - since_ >= every_) {
            const auto earned = (now - since_) / every_;
            left_ = earned >= most_ - left_ ? most_ : left_ + static_cast<int>(earned);
            since_ += earned * every_;
        }
        if (left_ == 0) {
            ++rejected_;
            return std::nullopt;
        }
        --left_;
        const auto rejected = rejected_;
        rejected_ = 0;
        return rejected;
    }

private:
    const int most_;
    const clock::duration every_;
    mutex mutex_;
    int left_ TOOLRACK_GUARDED_BY(mutex_);
    clock::time_point since_ TOOLRACK_GUARDED_BY(mutex_) = clock::now();
    std::uint64_t rejected_ TOOLRACK_GUARDED_BY(mutex_) = 0;
};

}  // namespace toolrack::audit
