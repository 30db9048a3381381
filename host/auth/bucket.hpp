// A bucket of tokens that drips full: so many a second in the long run, and a burst of them at once.
//
// What it holds is kept as one number, the time at which it is full again (the "generic cell rate algorithm"):
// taking is one compare-and-swap, an idle bucket needs no care, and one that outlives a change of its size keeps
// what it owes, up to one emptiness of the new size. Steady time. Thread-safe.
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

    // One token drips in each `drip`; an empty one is full after `whole`, and so holds whole / drip of them.
    struct size {
        duration drip;
        duration whole;  // never less than a drip
    };

    // How long until there is a token; zero when there is one now.
    duration wait(const size& of, time now) noexcept {
        forgive(of, now);
        return std::max(owed(full_at_.load(std::memory_order_relaxed), now) + of.drip - of.whole, duration::zero());
    }

    // The same, and takes one when there is one.
    duration take(const size& of, time now) noexcept {
        forgive(of, now);
        auto before = full_at_.load(std::memory_order_relaxed);
        for (;;) {
            const auto next = owed(before, now) + of.drip;
            if (next > of.whole) return next - of.whole;
            const auto then = (now.time_since_epoch() + next).count();
            if (full_at_.compare_exchange_weak(before, then, std::memory_order_relaxed)) return duration::zero();
        }
    }

    // Gives back one that was taken.
    void put_back(const size& of) noexcept { full_at_.fetch_sub(of.drip.count(), std::memory_order_relaxed); }

    // Full again.
    void forget() noexcept { full_at_.store(0, std::memory_order_relaxed); }

    bool is_full(time now) const noexcept {
        return full_at_.load(std::memory_order_relaxed) <= duration(now.time_since_epoch()).count();
    }

private:
    static duration owed(std::int64_t full_at, time now) noexcept {
        return std::max(duration(full_at) - duration(now.time_since_epoch()), duration::zero());
    }

    // What was owed to a bigger bucket, and this one cannot hold. Once, and not each time anew: else it would
    // stay empty until all of that was paid.
    void forgive(const size& of, time now) noexcept {
        const auto most = duration(now.time_since_epoch() + of.whole).count();
        auto full_at = full_at_.load(std::memory_order_relaxed);
        while (full_at > most && !full_at_.compare_exchange_weak(full_at, most, std::memory_order_relaxed)) {
        }
    }

    std::atomic<std::int64_t> full_at_ = 0;  // nanoseconds of the steady clock
};

}  // namespace toolrack::auth
