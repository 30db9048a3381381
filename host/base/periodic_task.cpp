#include "base/periodic_task.hpp"

#include <utility>

namespace toolrack {

periodic_task::periodic_task(std::chrono::milliseconds interval, std::function<void()> task)
    : interval_(interval), task_(std::move(task)), thread_([this] { run(); }) {}

periodic_task::~periodic_task() {
    {
        const lock_guard lock(mutex_);
        is_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
}

void periodic_task::run() {
    unique_lock lock(mutex_);
    for (;;) {
        const auto next = std::chrono::steady_clock::now() + interval_;
        while (!is_ended_)
            if (ended_.wait_until(lock.native(), next) == std::cv_status::timeout) break;
        if (is_ended_) return;
        lock.unlock();
        task_();
        lock.lock();
    }
}

}  // namespace toolrack
