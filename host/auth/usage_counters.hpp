// Counters of one principal, over all of its tokens, or of one source: calls and connections in progress, the rate of
// requests, and their total. Thread-safe. The limits are in caller_limits.
#pragma once

#include <atomic>
#include <cstddef>

#include "auth/bucket.hpp"
#include "identity/principal.hpp"
#include "metrics/counter.hpp"

namespace toolrack::auth {

class limited_counter {
public:
    // False, and nothing changes, when the count has reached `most`.
    bool add(std::size_t most) noexcept {
        if (count_.fetch_add(1, std::memory_order_relaxed) < most) return true;
        remove();
        return false;
    }
    void remove() noexcept { count_.fetch_sub(1, std::memory_order_relaxed); }
    std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::size_t> count_ = 0;
};

}  // namespace toolrack::auth

struct toolrack::identity::usage_counters {
    auth::limited_counter calls;
    auth::limited_counter connections;
    auth::bucket rate;                     // of requests
    metrics::counter* requests = nullptr;  // requests of the principal since the start; null for a source
};
