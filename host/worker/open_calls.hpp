// The calls of this process and their stages. Thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <vector>

#include "base/mutex.hpp"

namespace toolrack::worker {

class open_calls {
public:
    enum class stage { queued, running, cancelled };

    void add(std::uint64_t call, stage at);
    // False when the call was cancelled in the queue.
    bool start(std::uint64_t call);
    // False for an unknown call.
    bool finish(std::uint64_t call);

    // What the caller must do. Nothing for an unknown call or one that is already cancelled.
    enum class cancel_action { none, drop, notify_plugin };
    cancel_action cancel(std::uint64_t call);
    // Removes the queued calls and returns the running ones, of which the plugin must be notified.
    std::vector<std::uint64_t> cancel_all();

    // True for an unknown call.
    bool is_cancelled(std::uint64_t call) const;

    bool wait_until_empty(std::chrono::steady_clock::time_point end);

private:
    mutable mutex mutex_;
    std::condition_variable emptied_;
    boost::unordered_flat_map<std::uint64_t, stage> open_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::worker
