#include "worker/open_calls.hpp"

namespace toolrack::worker {

void open_calls::add(std::uint64_t call, stage at) {
    const lock_guard lock(mutex_);
    open_.emplace(call, at);
}

bool open_calls::start(std::uint64_t call) {
    const lock_guard lock(mutex_);
    const auto found = open_.find(call);
    if (found == open_.end()) return false;
    found->second = stage::running;
    return true;
}

bool open_calls::finish(std::uint64_t call) {
    const lock_guard lock(mutex_);
    const bool was_open = open_.erase(call) > 0;
    if (open_.empty()) emptied_.notify_all();
    return was_open;
}

open_calls::cancel_action open_calls::cancel(std::uint64_t call) {
    const lock_guard lock(mutex_);
    const auto found = open_.find(call);
    if (found == open_.end()) return cancel_action::none;
    switch (found->second) {
    case stage::queued: open_.erase(found); return cancel_action::drop;
    case stage::running: found->second = stage::cancelled; return cancel_action::notify_plugin;
    case stage::cancelled: break;
    }
    return cancel_action::none;
}

std::vector<std::uint64_t> open_calls::cancel_all() {
    std::vector<std::uint64_t> running;
    const lock_guard lock(mutex_);
    boost::unordered::erase_if(open_, [](const auto& one) { return one.second == stage::queued; });
    for (auto& [call, at] : open_) {
        if (at == stage::running) running.push_back(call);
        at = stage::cancelled;
    }
    return running;
}

bool open_calls::is_cancelled(std::uint64_t call) const {
    const lock_guard lock(mutex_);
    const auto found = open_.find(call);
    return found == open_.end() || found->second == stage::cancelled;
}

bool open_calls::wait_until_empty(std::chrono::steady_clock::time_point end) {
    unique_lock lock(mutex_);
    while (!open_.empty())
        if (emptied_.wait_until(lock.native(), end) == std::cv_status::timeout) return open_.empty();
    return true;
}

}  // namespace toolrack::worker
