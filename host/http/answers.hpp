// How many answers went out, by the class of their status: 200 to 299 are class 2.
//
// One thread counts, and any may read: a number of each thread context, so that no two threads write to the same one.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace toolrack::http {

class answers {
public:
    static constexpr std::size_t classes = 6;
    using counts = std::array<std::uint64_t, classes>;

    void note(unsigned status) noexcept {
        auto& one = of_class_[std::min<std::size_t>(status / 100, classes - 1)];
        one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void add_to(counts& all) const noexcept {
        for (std::size_t i = 0; i < classes; ++i) all[i] += of_class_[i].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, classes> of_class_{};
};

}  // namespace toolrack::http
