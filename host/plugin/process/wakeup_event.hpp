// Wakes a supervisor that waits in poll(). Any thread may signal it.
#pragma once

#include <atomic>

#include "base/descriptor.hpp"

namespace toolrack::plugin {

class wakeup_event {
public:
    // Throws failure.
    wakeup_event();
    int descriptor() const noexcept { return event_.get(); }
    void signal() noexcept;
    void clear() noexcept;

    // Also ends a wait for the worker's start.
    void request_stop() noexcept {
        stop_requested_ = true;
        signal();
    }
    bool stop_requested() const noexcept { return stop_requested_; }

private:
    toolrack::descriptor event_;
    std::atomic<bool> stop_requested_ = false;
};

}  // namespace toolrack::plugin
