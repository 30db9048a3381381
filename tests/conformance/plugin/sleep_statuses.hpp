// The status of each sleep, by the id that its caller chose. A reused id refers to the latest sleep;
// beyond 10000 ids, the oldest are removed. Any thread may use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace fixture {

class sleep_statuses {
public:
    struct entry {
        std::string id;
        std::uint64_t number;
    };

    entry begin(const std::string& id) {
        const std::lock_guard lock(mutex_);
        if (!sleeps_.contains(id)) names_.push_back(id);
        sleeps_[id] = {++last_, "running"};
        if (names_.size() > most) {
            sleeps_.erase(names_.front());
            names_.pop_front();
        }
        return {id, last_};
    }

    void end(const entry& which, const char* how) {
        const std::lock_guard lock(mutex_);
        const auto found = sleeps_.find(which.id);
        if (found != sleeps_.end() && found->second.number == which.number) found->second.status = how;
    }

    std::string status(const std::string& id) const {
        const std::lock_guard lock(mutex_);
        const auto found = sleeps_.find(id);
        return found == sleeps_.end() ? "unknown" : found->second.status;
    }

private:
    static constexpr std::size_t most = 10'000;

    struct sleep {
        std::uint64_t number;
        const char* status;
    };

    mutable std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::string, sleep> sleeps_;
    std::deque<std::string> names_;  // oldest first
};

}  // namespace fixture
