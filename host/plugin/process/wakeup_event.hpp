// The alarm: what wakes a worker supervisor that waits for its worker. Any thread may ring.
#pragma once

#include <atomic>

#include "base/descriptor.hpp"

namespace toolrack::plugin {

class wakeup_event {
public:
    wakeup_event();
    int descriptor() const noexcept { return held_.get(); }
    void ring() noexcept;
    void quiet() noexcept;

    // The worker is not wanted any more: whoever waits for what it says first gives up.
    void call_off() noexcept {
        is_called_off_ = true;
        ring();
    }
    bool is_called_off() const noexcept { return is_called_off_; }

private:
    toolrack::descriptor held_;
    std::atomic<bool> is_called_off_ = false;
};

}  // namespace toolrack::plugin
