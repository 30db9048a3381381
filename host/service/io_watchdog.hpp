// The pulse: whether every I/O thread still comes round to what it is given.
//
// A thread that something blocks (a plugin that says it is quick and is not) serves none of its
// connections, and nobody but a watchdog would notice. So each is asked, and only when all have answered
// does the supervisor hear that this server is alive. Belongs to the main thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "service/supervisor.hpp"
#include "base/io_thread.hpp"
#include "base/log.hpp"

namespace toolrack::service {

class io_watchdog {
public:
    // All outlive it.
    io_watchdog(std::span<const std::unique_ptr<io_thread>> threads, const supervisor& supervisor, log& log);

    // To be called at least this often.
    std::chrono::milliseconds interval() const noexcept { return interval_; }
    // Does nothing until the interval is over.
    void feel();

private:
    using answers = std::vector<std::atomic<bool>>;

    void ask();
    void complain(std::chrono::steady_clock::time_point now);

    const std::span<const std::unique_ptr<io_thread>> threads_;
    const supervisor& supervisor_;
    log& log_;
    const std::chrono::milliseconds interval_;
    const std::shared_ptr<answers> answered_;  // shared with what was asked
    std::chrono::steady_clock::time_point asked_;
    bool has_complained_ = false;
};

}  // namespace toolrack::service
