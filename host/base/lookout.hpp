// A lookout: looks at something again and again, on a thread of its own, for what takes longer than a
// request should wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace toolrack {

class lookout {
public:
    // `look` runs on the lookout's thread, `apart` from the end of one look to the next. It must not throw.
    lookout(std::chrono::milliseconds apart, std::function<void()> look);
    // Returns when a look that has begun is over.
    ~lookout();
    lookout(const lookout&) = delete;
    lookout& operator=(const lookout&) = delete;

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
