// Counts responses by the class of their status: class 2 is 200 to 299.
//
// One thread counts, any thread may read. Each thread context has its own, so that no two threads write to the same
// cache line.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace toolrack::http {

class response_counters {
public:
    static constexpr std::size_t classes = 6;
    using counts = std::array<std::uint64_t, classes>;

    void count(unsigned status) noexcept {
        auto& counter = counters_[std::min<std::size_t>(status / 100, classes - 1)];
        counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void add_to(counts& sum) const noexcept {
        for (std::size_t i = 0; i < classes; ++i) sum[i] += counters_[i].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, classes> counters_{};
};

}  // namespace toolrack::http
