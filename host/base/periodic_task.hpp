// A periodic task: looks at something again and again, on a thread of its own, for what takes longer than a
// request should wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace toolrack {

class periodic_task {
public:
    // `look` runs on the periodic task's thread, `apart` from the end of one look to the next. It must not throw.
    periodic_task(std::chrono::milliseconds apart, std::function<void()> look);
    // Returns when a look that has begun is over.
    ~periodic_task();
    periodic_task(const periodic_task&) = delete;
    periodic_task& operator=(const periodic_task&) = delete;

private:
    void run();

    const std::chrono::milliseconds apart_;
    const std::function<void()> look_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool is_ended_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace toolrack
