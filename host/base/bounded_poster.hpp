// Posts functions to an executor, and drops them while too many have not run yet.
//
// For messages that may be lost: a fast producer cannot exhaust memory while the consumer is busy. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "base/asio.hpp"

namespace toolrack {

class bounded_poster {
public:
    static constexpr std::size_t max_pending = 1000;

    // False when the function was dropped. `work` must keep this object alive until it has run.
    template <typename Work>
    bool post(const executor& to, Work work) {
        if (pending_.fetch_add(1, std::memory_order_relaxed) >= max_pending) {
            pending_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        asio::post(to, [this, work = std::move(work)]() mutable {
            pending_.fetch_sub(1, std::memory_order_relaxed);
            work();
        });
        return true;
    }

private:
    std::atomic<std::size_t> pending_ = 0;
};

}  // namespace toolrack
