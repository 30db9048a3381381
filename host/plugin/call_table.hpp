// The call table: maps the numbers that a plugin sees to the calls in flight.
//
// A plugin knows a call by number only. Each instance has its own table, and no two tables use the same numbers, so
// an invented, foreign or used number finds nothing. A reference keeps the table from counting as empty: while one
// exists, the executor that the call refers to must stay alive. Thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.hpp"
#include "plugin/in_flight.hpp"

namespace toolrack::plugin {

template <typename Answer>
class call_table {
public:
    using entry = std::shared_ptr<in_flight<Answer>>;

    // Empty when the number was not found.
    class reference {
    public:
        reference() = default;
        reference(call_table& table, entry call) : table_(&table), call_(std::move(call)) {}
        reference(reference&& other) noexcept : table_(other.table_), call_(std::move(other.call_)) {}
        reference& operator=(reference&&) = delete;
        ~reference() {
            if (!call_) return;
            call_.reset();
            table_->release();
        }

        explicit operator bool() const noexcept { return call_ != nullptr; }
        in_flight<Answer>& operator*() const noexcept { return *call_; }
        in_flight<Answer>* operator->() const noexcept { return call_.get(); }

    private:
        call_table* table_ = nullptr;
        entry call_;
    };

    // `instance` becomes the upper bits of this table's numbers.
    explicit call_table(std::uint32_t instance) : first_(std::uint64_t{instance} << 40 | 1), next_(first_) {}

    // Gives the call its number.
    void add(const entry& call) {
        const lock_guard lock(mutex_);
        call->set_id(next_++);
        open_.emplace(call->id(), call);
    }

    // Removes the call: only one caller gets it, and ends it.
    reference take(std::uint64_t id) {
        const lock_guard lock(mutex_);
        const auto found = open_.find(id);
        if (found == open_.end()) return {};
        auto call = std::move(found->second);
        open_.erase(found);
        ++references_;
        return {*this, std::move(call)};
    }

    reference find(std::uint64_t id) {
        const lock_guard lock(mutex_);
        const auto found = open_.find(id);
        if (found == open_.end()) return {};
        ++references_;
        return {*this, found->second};
    }

    std::vector<std::uint64_t> open_ids() const {
        const lock_guard lock(mutex_);
        std::vector<std::uint64_t> ids;
        for (const auto& [id, call] : open_) ids.push_back(id);
        return ids;
    }

    std::size_t size() const {
        const lock_guard lock(mutex_);
        return open_.size();
    }

    std::uint64_t total_added() const {
        const lock_guard lock(mutex_);
        return next_ - first_;
    }

    // Waits until no call is open and no reference exists, at most until `end`; false on timeout.
    bool wait_until_empty(std::chrono::steady_clock::time_point end) {
        unique_lock lock(mutex_);
        while (!is_empty())
            if (emptied_.wait_until(lock.native(), end) == std::cv_status::timeout) return is_empty();
        return true;
    }

private:
    bool is_empty() const noexcept TOOLRACK_REQUIRES(mutex_) { return open_.empty() && references_ == 0; }

    // Notifies under the lock: a waiter may destroy the table as soon as it holds the lock.
    void release() {
        const lock_guard lock(mutex_);
        --references_;
        if (is_empty()) emptied_.notify_all();
    }

    mutable mutex mutex_;
    std::condition_variable emptied_;
    const std::uint64_t first_;
    std::uint64_t next_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t references_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    boost::unordered_flat_map<std::uint64_t, entry> open_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::plugin
