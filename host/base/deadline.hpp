// Deadlines of one I/O thread, cheap to arm and to disarm: arming is a list insertion.
//
// Most deadlines never expire. Few distinct durations are in use, and deadlines of one duration expire in the order in
// which they were armed. So there is one list for each duration, new deadlines go to its end, and one timer for each
// I/O thread waits for the earliest front.
//
// Belongs to one I/O thread. A deadline must be destroyed or disarmed before its `deadlines`.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>
#include <map>

#include "base/asio.hpp"

namespace toolrack {

class deadlines;

class deadline : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    // `passed` runs on the I/O thread, once for each arm(), after the deadline was disarmed.
    deadline(deadlines& owner, std::function<void()> passed);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    // Replaces an earlier arm().
    void arm(std::chrono::milliseconds after);
    void disarm() noexcept;
    bool is_armed() const noexcept { return is_linked(); }
    // The time until it expires. Call it only while it is armed.
    std::chrono::milliseconds left() const;

private:
    friend class deadlines;

    deadlines& owner_;
    std::function<void()> passed_;
    std::chrono::steady_clock::time_point when_;
};

class deadlines {
public:
    explicit deadlines(executor on);
    ~deadlines();
    deadlines(const deadlines&) = delete;
    deadlines& operator=(const deadlines&) = delete;

private:
    friend class deadline;
    using waiting = boost::intrusive::list<deadline, boost::intrusive::constant_time_size<false>>;

    void added(std::chrono::steady_clock::time_point when);
    void sleep_until(std::chrono::steady_clock::time_point when);
    void wake();

    timer timer_;
    std::map<std::chrono::milliseconds, waiting> by_duration_;
    std::chrono::steady_clock::time_point asleep_until_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace toolrack
