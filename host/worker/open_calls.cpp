#include "worker/open_calls.hpp"

namespace toolrack::worker {

void open_calls::add(std::uint64_t call, stage at) {
    const std::lock_guard lock(mutex_);
    open_.emplace(call, at);
}

bool open_calls::begin(std::uint64_t call) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(call);
    if (found == open_.end()) return false;
    found->second = stage::begun;
    return true;
}

bool open_calls::end(std::uint64_t call) {
    const std::lock_guard lock(mutex_);
    const bool was_known = open_.erase(call) > 0;
    if (open_.empty()) emptied_.notify_all();
    return was_known;
}

open_calls::wish open_calls::cancel(std::uint64_t call) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(call);
    if (found == open_.end()) return wish::nothing;
    switch (found->second) {
    case stage::waiting: open_.erase(found); return wish::drop;
    case stage::begun: found->second = stage::cancelled; return wish::tell_plugin;
    case stage::cancelled: break;
    }
    return wish::nothing;
}

std::vector<std::uint64_t> open_calls::cancel_all() {
    std::vector<std::uint64_t> to_tell;
    const std::lock_guard lock(mutex_);
    boost::unordered::erase_if(open_, [](const auto& one) { return one.second == stage::waiting; });
    for (auto& [call, at] : open_) {
        if (at == stage::begun) to_tell.push_back(call);
        at = stage::cancelled;
    }
    return to_tell;
}

bool open_calls::is_cancelled(std::uint64_t call) const {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(call);
    return found == open_.end() || found->second == stage::cancelled;
}

bool open_calls::wait_until_empty(std::chrono::steady_clock::time_point end) {
    std::unique_lock lock(mutex_);
    return emptied_.wait_until(lock, end, [this] { return open_.empty(); });
}

}  // namespace toolrack::worker
