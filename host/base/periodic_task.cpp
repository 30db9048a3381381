#include "base/periodic_task.hpp"

#include <utility>

namespace toolrack {

periodic_task::periodic_task(std::chrono::milliseconds apart, std::function<void()> look)
    : apart_(apart), look_(std::move(look)), thread_([this] { run(); }) {}

periodic_task::~periodic_task() {
    {
        const std::lock_guard lock(mutex_);
        is_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
}

void periodic_task::run() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, apart_, [this] { return is_ended_; })) {
        lock.unlock();
        look_();
        lock.lock();
    }
}

}  // namespace toolrack
