// The requests to a worker: the calls, watches and listings that other threads make, and their state between them and
// the supervisor.
//
// It outlives every worker. A request goes to the current worker or waits for the next one; when a worker exits, the
// calls that it had started are answered here. One mutex guards the state that both sides share; the calls are in the
// table of the plugin callbacks.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.hpp"
#include "plugin/instance.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/listing.hpp"
#include "plugin/process/wakeup_event.hpp"
#include "plugin/process/worker_messages.hpp"
#include "plugin/process/worker_write_queue.hpp"

namespace toolrack::plugin {

class worker_requests {
public:
    using time = std::chrono::steady_clock::time_point;

    // All outlive it. `wakeup` wakes the supervisor.
    worker_requests(plugin_callbacks& callbacks, wakeup_event& wakeup, const dependencies& around)
        : callbacks_(callbacks), wakeup_(wakeup), clock_(around.clock), log_(around.log) {}
    worker_requests(const worker_requests&) = delete;
    worker_requests& operator=(const worker_requests&) = delete;

    // Any thread; as in `instance`.
    call
    start(const request& request, bool quick, executor owner, in_flight<answer>::notification_handler on_notification);
    void cancel(const call& abandoned);
    void watch(std::string_view uri, bool on);
    // Repeated on the next worker when this one exits before it has answered.
    result<std::vector<feature>, complaint> list();
    bool is_suspended() const noexcept { return is_suspended_; }
    // Starts nothing any more; the supervisor stops the worker after `grace`.
    void close(std::chrono::milliseconds grace);

    // The supervisor's thread. Sends requests over this socket of a new worker; false when closed.
    bool attach(int socket);
    // Whether frames wait for the socket to become writable, and the function to call when it is.
    bool has_unsent() const;
    void send_unsent();
    void add_feature(const from_worker::feature& one);
    void finish_listing(const from_worker::listed& end);
    // The worker never started the call.
    void drop(std::uint64_t call);
    struct check_result {
        time next_check = time::max();
        std::string stop_reason;  // "it ...", part of a sentence; empty: the worker may continue
    };
    check_result check_deadlines();

    // The worker has exited. Answers its calls and returns how many had a waiter.
    std::size_t fail_started(enum answer::kind as);  // calls that it may have started; the others wait for the next
    std::size_t fail_all(enum answer::kind as);
    // Answers all calls as suspended until the next attach().
    void suspend();
    bool is_closing() const;
    // Sleeps for `pause`, or until close(); false when closed.
    bool pause_restart(std::chrono::milliseconds pause);

private:
    std::size_t answer_calls(const std::vector<std::uint64_t>& calls, enum answer::kind as);

    plugin_callbacks& callbacks_;
    wakeup_event& wakeup_;
    const clock& clock_;
    log& log_;
    std::atomic<bool> is_suspended_ = false;

    mutex listing_mutex_;  // one list() at a time; locked before the other one
    mutable mutex mutex_;
    std::condition_variable changed_;  // a listing has ended, or this is closing
    worker_write_queue write_queue_ TOOLRACK_GUARDED_BY(mutex_);
    std::set<std::string, std::less<>> watched_ TOOLRACK_GUARDED_BY(mutex_);
    std::map<std::uint64_t, time> cancelled_ TOOLRACK_GUARDED_BY(mutex_);  // calls, and when they must have ended
    listing* listing_ TOOLRACK_GUARDED_BY(mutex_) = nullptr;
    std::uint32_t listings_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    bool is_closing_ TOOLRACK_GUARDED_BY(mutex_) = false;
    time close_deadline_ TOOLRACK_GUARDED_BY(mutex_){};
};

}  // namespace toolrack::plugin
