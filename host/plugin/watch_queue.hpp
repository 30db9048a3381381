// What a plugin is to be told of watching, one after the other and in the order in which it was: a lane has
// several threads. Thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/plugin_handle.hpp"
#include "plugin/lane.hpp"

namespace toolrack::plugin {

class watch_queue {
public:
    // The lane's threads have come back from it before it goes.
    explicit watch_queue(lane& lane) : lane_(lane) {}
    watch_queue(const watch_queue&) = delete;
    watch_queue& operator=(const watch_queue&) = delete;

    // False when the lane is full: then it is not told, nor of what waited.
    bool tell(const plugin_handle& who, std::string_view uri, bool on) {
        {
            const std::lock_guard lock(mutex_);
            waiting_.emplace_back(uri, on);
            if (std::exchange(is_telling_, true)) return true;
        }
        if (lane_.give([this, &who] { tell_all(who); })) return true;
        const std::lock_guard lock(mutex_);
        is_telling_ = false;
        waiting_.clear();
        return false;
    }

private:
    void tell_all(const plugin_handle& who) {
        for (;;) {
            std::pair<std::string, bool> next;
            {
                const std::lock_guard lock(mutex_);
                if (waiting_.empty()) {
                    is_telling_ = false;
                    return;
                }
                next = std::move(waiting_.front());
                waiting_.pop_front();
            }
            who.watch(next.first, next.second);
        }
    }

    lane& lane_;
    std::mutex mutex_;
    std::deque<std::pair<std::string, bool>> waiting_;  // what, and whether it begins
    bool is_telling_ = false;
};

}  // namespace toolrack::plugin
