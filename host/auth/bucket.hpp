// A token bucket: a sustained rate, and a burst.
//
// Stored as one number, the time at which the bucket is full again ("generic cell rate algorithm"): taking a token is
// one compare-and-swap, and an idle bucket needs no timer. When the size of the bucket shrinks, its debt is cut to one
// empty bucket of the new size. Steady time. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace toolrack::auth {

class bucket {
public:
    using time = std::chrono::steady_clock::time_point;
    using duration = std::chrono::nanoseconds;

    // The bucket holds burst / per_token tokens.
    struct size {
        duration per_token;  // time to refill one token
        duration burst;      // time to refill an empty bucket; at least per_token
    };

    // Time until a token is available; zero when one is available now.
    duration wait(const size& of, time now) noexcept {
        limit_debt(of, now);
        return std::max(debt(full_at_.load(std::memory_order_relaxed), now) + of.per_token - of.burst,
                        duration::zero());
    }

    // Takes a token if one is available. Otherwise returns the time until one is.
    duration take(const size& of, time now) noexcept {
        limit_debt(of, now);
        auto before = full_at_.load(std::memory_order_relaxed);
        for (;;) {
            const auto next = debt(before, now) + of.per_token;
            if (next > of.burst) return next - of.burst;
            const auto then = (now.time_since_epoch() + next).count();
            if (full_at_.compare_exchange_weak(before, then, std::memory_order_relaxed)) return duration::zero();
        }
    }

    void put_back(const size& of) noexcept { full_at_.fetch_sub(of.per_token.count(), std::memory_order_relaxed); }

    void refill() noexcept { full_at_.store(0, std::memory_order_relaxed); }

    bool is_full(time now) const noexcept {
        return full_at_.load(std::memory_order_relaxed) <= duration(now.time_since_epoch()).count();
    }

private:
    static duration debt(std::int64_t full_at, time now) noexcept {
        return std::max(duration(full_at) - duration(now.time_since_epoch()), duration::zero());
    }

    // Cuts the debt of a larger bucket that this one cannot hold. It is stored: otherwise the bucket would stay empty
    // until the whole debt is paid.
    void limit_debt(const size& of, time now) noexcept {
        const auto most = duration(now.time_since_epoch() + of.burst).count();
        auto full_at = full_at_.load(std::memory_order_relaxed);
        while (full_at > most && !full_at_.compare_exchange_weak(full_at, most, std::memory_order_relaxed)) {
        }
    }

    std::atomic<std::int64_t> full_at_ = 0;  // nanoseconds of the steady clock
};

}  // namespace toolrack::auth
