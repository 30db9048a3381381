// Calls a function periodically on a thread of its own, for work that is too slow for an I/O thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

#include "base/mutex.hpp"

namespace toolrack {

class periodic_task {
public:
    // `task` runs on that thread; `interval` is the time from the end of one run to the start of the next. It must not
    // throw.
    periodic_task(std::chrono::milliseconds interval, std::function<void()> task);
    // Joins the thread; a run in progress ends first.
    ~periodic_task();
    periodic_task(const periodic_task&) = delete;
    periodic_task& operator=(const periodic_task&) = delete;

private:
    void run();

    const std::chrono::milliseconds interval_;
    const std::function<void()> task_;
    mutex mutex_;
    std::condition_variable ended_;
    bool is_ended_ TOOLRACK_GUARDED_BY(mutex_) = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace toolrack
