// The call table: the one door through which a plugin's threads come home.
//
// A plugin knows a request by number only. Each instance has a table of its own, and its numbers start
// where no other instance's do, so a number that is made up, foreign, or used a second time finds
// nothing. Thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "plugin/in_flight.hpp"

namespace toolrack::plugin {

template <typename Answer>
class call_table {
public:
    using entry = std::shared_ptr<in_flight<Answer>>;

    // `instance` sets this table's numbers apart from those of all others.
    explicit call_table(std::uint32_t instance) : next_(std::uint64_t{instance} << 40 | 1) {}

    // Gives the request its number.
    void add(const entry& request) {
        const std::lock_guard lock(mutex_);
        request->set_id(next_++);
        open_.emplace(request->id(), request);
    }

    // For the one who ends it; null when nobody may.
    entry take(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        const auto found = open_.find(id);
        if (found == open_.end()) return nullptr;
        auto request = std::move(found->second);
        open_.erase(found);
        if (open_.empty()) emptied_.notify_all();
        return request;
    }

    entry find(std::uint64_t id) const {
        const std::lock_guard lock(mutex_);
        const auto found = open_.find(id);
        return found == open_.end() ? nullptr : found->second;
    }

    std::vector<std::uint64_t> open() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::uint64_t> ids;
        for (const auto& [id, request] : open_) ids.push_back(id);
        return ids;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

    // Until every number was taken, but not past `end`; false when some are left.
    bool wait_until_empty(std::chrono::steady_clock::time_point end) {
        std::unique_lock lock(mutex_);
        return emptied_.wait_until(lock, end, [this] { return open_.empty(); });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    std::uint64_t next_;
    boost::unordered_flat_map<std::uint64_t, entry> open_;
};

}  // namespace toolrack::plugin
