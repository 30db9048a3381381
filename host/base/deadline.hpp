// Deadlines: everything that waits has one, and arming one costs a list insertion.
//
// Most deadlines never pass, so what counts is the price of arming and disarming. Few distinct
// durations are in use, and deadlines of one duration pass in the order in which they were armed: one
// list per duration, appended to, and only the fronts are ever looked at. One timer per I/O thread
// sleeps until the nearest front.
//
// Belongs to one I/O thread. A deadline must be gone, or disarmed, before its `deadlines`.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>
#include <map>

#include "base/asio.hpp"

namespace toolrack {

class deadlines;

class deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    // `passed` runs on the I/O thread, once per arming, with the deadline disarmed.
    deadline(deadlines& owner, std::function<void()> passed);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    // Replaces what was armed before.
    void arm(std::chrono::milliseconds after);
    void disarm() noexcept;
    bool is_armed() const noexcept { return is_linked(); }
    // Until it passes; only while it is armed.
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
