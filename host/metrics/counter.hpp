// A counter and a histogram of durations.
//
// An update is one or two relaxed atomic additions, from any thread, and never waits. Each object has cache lines of
// its own, so that threads do not contend. (prometheus-cpp was rejected: its histogram takes a mutex for every
// observation, and its values are doubles that are updated by compare-and-swap.)
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace toolrack::metrics {

inline constexpr std::size_t cache_line = 64;

class alignas(cache_line) counter {
public:
    void add(std::uint64_t more = 1) noexcept { count_.fetch_add(more, std::memory_order_relaxed); }
    std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> count_ = 0;
};

class alignas(cache_line) histogram {
public:
    // Upper bounds, from a quick tool in the server process to a task of minutes. From 10 ms on these are the bounds of
    // the OpenTelemetry semantic conventions for MCP, "mcp.server.operation.duration".
    static constexpr std::array<std::chrono::microseconds, 18> bounds = [] {
        using namespace std::chrono_literals;
        return std::array<std::chrono::microseconds, 18>{
            100us, 500us, 1ms, 5ms, 10ms, 20ms, 50ms, 100ms, 200ms, 500ms, 1s, 2s, 5s, 10s, 30s, 60s, 120s, 300s};
    }();

    void observe(std::chrono::nanoseconds took) noexcept {
        // A linear search: most values fall into the first buckets.
        std::size_t i = 0;
        while (i < bounds.size() && took > bounds[i]) ++i;
        buckets_[i].fetch_add(1, std::memory_order_relaxed);
        nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>(took.count(), 0)),
                               std::memory_order_relaxed);
    }

    // The number of values in each bucket; the last bucket is above all bounds. Their sum is the count, also while
    // values are added.
    std::array<std::uint64_t, bounds.size() + 1> buckets() const noexcept {
        std::array<std::uint64_t, bounds.size() + 1> all{};
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = buckets_[i].load(std::memory_order_relaxed);
        return all;
    }
    double seconds() const noexcept { return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9; }

private:
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets_{};
    std::atomic<std::uint64_t> nanoseconds_ = 0;
};

}  // namespace toolrack::metrics
