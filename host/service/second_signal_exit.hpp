// Ends the process when a second stop signal arrives while the first one is still being handled.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "service/signals.hpp"

namespace toolrack::service {

// While this object exists, the next stop signal calls `end_process`, which must not return. The call comes from a
// thread of this object, so it works whatever the main thread waits for. `signals` must outlive it.
class second_signal_exit {
public:
    second_signal_exit(const signals& signals, std::function<void()> end_process);
    ~second_signal_exit();
    second_signal_exit(const second_signal_exit&) = delete;
    second_signal_exit& operator=(const second_signal_exit&) = delete;

private:
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

}  // namespace toolrack::service
