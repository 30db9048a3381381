// Runs the plugin's watch() on its lane, one call after another and in order, although a lane has several threads.
// Thread-safe.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"
#include "plugin/lane.hpp"
#include "plugin/plugin_handle.hpp"

namespace toolrack::plugin {

class watch_strand {
public:
    // The lane is closed before this is destroyed.
    explicit watch_strand(lane& lane) : lane_(lane) {}
    watch_strand(const watch_strand&) = delete;
    watch_strand& operator=(const watch_strand&) = delete;

    // False when the lane is full: this call and all queued ones are dropped.
    bool try_post(const plugin_handle& plugin, std::string_view uri, bool on) {
        {
            const lock_guard lock(mutex_);
            queue_.emplace_back(uri, on);
            if (std::exchange(is_running_, true)) return true;
        }
        if (lane_.try_post([this, &plugin] { run(plugin); })) return true;
        const lock_guard lock(mutex_);
        is_running_ = false;
        queue_.clear();
        return false;
    }

private:
    void run(const plugin_handle& plugin) {
        for (;;) {
            std::pair<std::string, bool> next;
            {
                const lock_guard lock(mutex_);
                if (queue_.empty()) {
                    is_running_ = false;
                    return;
                }
                next = std::move(queue_.front());
                queue_.pop_front();
            }
            plugin.watch(next.first, next.second);
        }
    }

    lane& lane_;
    mutex mutex_;
    std::deque<std::pair<std::string, bool>> queue_ TOOLRACK_GUARDED_BY(mutex_);  // URI, and whether watching starts
    bool is_running_ TOOLRACK_GUARDED_BY(mutex_) = false;
};

}  // namespace toolrack::plugin
