// The calls that this process has, and how far each has come. Thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace toolrack::worker {

class open_calls {
public:
    enum class stage { waiting, begun, cancelled };

    void add(std::uint64_t call, stage at);
    // When its turn comes. False when it has been cancelled meanwhile.
    bool begin(std::uint64_t call);
    // Whether it was known.
    bool end(std::uint64_t call);

    // What is to be done about it: nothing, when it is not known (any more) or was cancelled before.
    enum class wish { nothing, drop, tell_plugin };
    wish cancel(std::uint64_t call);
    // All that the plugin is to be told of; those that wait are dropped, and ended.
    std::vector<std::uint64_t> cancel_all();

    // Also of one that is not known.
    bool is_cancelled(std::uint64_t call) const;

    bool wait_until_empty(std::chrono::steady_clock::time_point end);

private:
    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    boost::unordered_flat_map<std::uint64_t, stage> open_;
};

}  // namespace toolrack::worker
