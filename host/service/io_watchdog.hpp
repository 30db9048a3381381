// Checks that no I/O thread is blocked, and notifies the service manager's watchdog only when none is.
//
// A plugin that declares itself quick and is not blocks its I/O thread, and with it all connections of that thread. The
// watchdog posts a task to each thread and expects all of them to have run at the next check. Belongs to the main
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "service/supervisor.hpp"

namespace toolrack::service {

class io_watchdog {
public:
    // All of them outlive it.
    io_watchdog(std::span<const std::unique_ptr<io_thread>> threads, const supervisor& supervisor, log& log);

    // Call check() at least this often.
    std::chrono::milliseconds interval() const noexcept { return interval_; }
    // Does nothing until the interval is over.
    void check();

private:
    using responses = std::vector<std::atomic<bool>>;

    void post_tasks();
    void report_blocked(std::chrono::steady_clock::time_point now);

    const std::span<const std::unique_ptr<io_thread>> threads_;
    const supervisor& supervisor_;
    log& log_;
    const std::chrono::milliseconds interval_;
    const std::shared_ptr<responses> has_responded_;  // shared with the posted tasks
    std::chrono::steady_clock::time_point posted_at_;
    bool has_reported_ = false;
};

}  // namespace toolrack::service
