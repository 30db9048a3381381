// The dispatch: where whoever asks something of a worker, and the worker supervisor who has it, meet.
//
// It outlives every worker. What begins a call goes to the one that is there, or waits for the next; when one ends,
// what it had is answered for here. All that both sides touch is behind one mutex; the calls themselves are
// in the plugin callbacks's table.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/process/wakeup_event.hpp"
#include "plugin/instance.hpp"
#include "plugin/process/listing.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/worker_messages.hpp"
#include "plugin/process/worker_write_queue.hpp"

namespace toolrack::plugin {

class dispatch {
public:
    using time = std::chrono::steady_clock::time_point;

    // All outlive it. `alarm` wakes the worker supervisor.
    dispatch(plugin_callbacks& plugin_callbacks, wakeup_event& wakeup_event, const dependencies& around)
        : plugin_callbacks_(plugin_callbacks), wakeup_event_(wakeup_event), clock_(around.clock), log_(around.log) {}
    dispatch(const dispatch&) = delete;
    dispatch& operator=(const dispatch&) = delete;

    // Who asks: any thread. As an instance has them.
    call start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed);
    void cancel(const call& abandoned);
    void watch(std::string_view uri, bool on);
    // Asked again, when the worker ends before it has answered.
    result<std::vector<feature>, complaint> list();
    bool is_suspended() const noexcept { return is_benched_; }
    // Nothing is begun any more, and no worker outlives `grace`.
    void close(std::chrono::milliseconds grace);

    // The worker supervisor: one thread. A worker may be given work, by this socket; false when none is wanted any more.
    bool open(int socket);
    // Whether the socket must be told to say when it takes more; and then, what to do.
    bool is_stuck() const;
    void go_on();
    void listed(const from_worker::feature& one);
    void listed(const from_worker::listed& end);
    // The worker never began it.
    void dropped(std::uint64_t call);
    // When a worker is to be looked after, and why it is to be ended now; never both.
    struct patience {
        time until = time::max();
        std::string is_over;  // "it ...", part of a sentence; empty while there is some left
    };
    patience look();

    // A worker has ended, and those who wait for it hear so. How many there were.
    std::size_t end_begun(enum answer::kind as);  // what it may have begun; the rest waits for the next one
    std::size_t end_all(enum answer::kind as);
    void give_up();  // and until the next one is open, all who ask are told so
    bool is_closing() const;
    // Until it is over, or closes; false when there is to be no next one.
    bool rest(std::chrono::milliseconds pause);

private:
    std::size_t end(const std::vector<std::uint64_t>& calls, enum answer::kind as);

    plugin_callbacks& plugin_callbacks_;
    wakeup_event& wakeup_event_;
    const clock& clock_;
    log& log_;
    std::atomic<bool> is_benched_ = false;

    std::mutex listing_alone_;  // taken before the other one
    mutable std::mutex mutex_;
    std::condition_variable changed_;  // a listing is over, or it closes
    worker_write_queue write_queue_;
    std::set<std::string, std::less<>> watched_;
    std::map<std::uint64_t, time> held_;  // calls that nobody waits for, and how long a worker may keep them
    listing* listing_ = nullptr;
    std::uint32_t listings_ = 0;
    bool is_closing_ = false;
    time close_by_{};
};

}  // namespace toolrack::plugin
