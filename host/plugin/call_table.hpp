// The call table: the one door through which a plugin's threads come home.
//
// A plugin knows a request by number only. Each instance has a table of its own, and its numbers start
// where no other instance's do, so a number that is made up, foreign, or used a second time finds
// nothing. Whoever finds one holds it while they use it, and a table is not empty before all have let go:
// what a request refers to (its home thread) may be gone right after. Thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "plugin/in_flight.hpp"

namespace toolrack::plugin {

template <typename Answer>
class call_table {
public:
    using entry = std::shared_ptr<in_flight<Answer>>;

    // A request in somebody's hands; empty when there was none to be had.
    class hold {
    public:
        hold() = default;
        hold(call_table& table, entry request) : table_(&table), request_(std::move(request)) {}
        hold(hold&& other) noexcept : table_(other.table_), request_(std::move(other.request_)) {}
        hold& operator=(hold&&) = delete;
        ~hold() {
            if (!request_) return;
            request_.reset();
            table_->let_go();
        }

        explicit operator bool() const noexcept { return request_ != nullptr; }
        in_flight<Answer>& operator*() const noexcept { return *request_; }
        in_flight<Answer>* operator->() const noexcept { return request_.get(); }

    private:
        call_table* table_ = nullptr;
        entry request_;
    };

    // `instance` sets this table's numbers apart from those of all others.
    explicit call_table(std::uint32_t instance) : first_(std::uint64_t{instance} << 40 | 1), next_(first_) {}

    // Gives the request its number.
    void add(const entry& request) {
        const std::lock_guard lock(mutex_);
        request->set_id(next_++);
        open_.emplace(request->id(), request);
    }

    // For the one who ends it; empty when nobody may.
    hold take(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        const auto found = open_.find(id);
        if (found == open_.end()) return {};
        auto request = std::move(found->second);
        open_.erase(found);
        ++held_;
        return {*this, std::move(request)};
    }

    hold find(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        const auto found = open_.find(id);
        if (found == open_.end()) return {};
        ++held_;
        return {*this, found->second};
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

    // How many there ever were.
    std::uint64_t added() const {
        const std::lock_guard lock(mutex_);
        return next_ - first_;
    }

    // Until every number was taken and nobody holds a request, but not past `end`; false when some are left.
    bool wait_until_empty(std::chrono::steady_clock::time_point end) {
        std::unique_lock lock(mutex_);
        return emptied_.wait_until(lock, end, [this] { return is_empty(); });
    }

private:
    bool is_empty() const noexcept { return open_.empty() && held_ == 0; }

    // Notifies under the lock: whoever waits may destroy the table as soon as it has it.
    void let_go() {
        const std::lock_guard lock(mutex_);
        --held_;
        if (is_empty()) emptied_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    const std::uint64_t first_;
    std::uint64_t next_;
    std::size_t held_ = 0;
    boost::unordered_flat_map<std::uint64_t, entry> open_;
};

}  // namespace toolrack::plugin
