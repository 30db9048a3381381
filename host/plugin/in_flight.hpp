// One call in flight, shared by the coroutine that waits for the answer and the threads that deliver it.
//
// The waiting side runs on the executor that owns the call. The plugin's threads deliver through the call table, which
// hands each call to one deliverer only: at most one answer arrives.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/asio.hpp"
#include "base/bounded_poster.hpp"

namespace toolrack::plugin {

template <typename Answer>
class in_flight : public std::enable_shared_from_this<in_flight<Answer>> {
public:
    // Gets (method, params) of each notification that precedes the answer.
    using notification_handler = std::function<void(std::string, std::string)>;

    using time = std::chrono::steady_clock::time_point;

    // `owner` is the executor of the waiting side, on which `on_notification` runs. `deadline` is the latest time until
    // which anyone waits.
    explicit in_flight(executor owner, notification_handler on_notification = {}, time deadline = time::max())
        : owner_(owner), on_notification_(std::move(on_notification)), deadline_(deadline), wakeup_(owner) {}

    // On the owner ---------------------------------------------------------------------------------

    bool is_answered() const noexcept { return answer_.has_value(); }

    // Returns when the answer has arrived, or the call is abandoned or interrupted, or at `until`.
    awaitable<void> wait(time until) {
        wakeup_.expires_at(until);
        if (!answer_ && !is_abandoned() && !is_interrupted()) co_await wakeup_.async_wait(as_values);
    }

    std::optional<Answer> take() { return std::exchange(answer_, std::nullopt); }

    // Nothing waits any more: no notification and no answer arrives after this.
    void abandon() {
        abandoned_.store(true, std::memory_order_release);
        wakeup_.cancel();
    }

    std::uint64_t id() const noexcept { return id_; }
    void set_id(std::uint64_t id) noexcept { id_ = id; }

    // Any thread -----------------------------------------------------------------------------------

    time deadline() const noexcept { return deadline_; }
    bool is_abandoned() const noexcept { return abandoned_.load(std::memory_order_acquire); }

    // Ends the wait without an answer, because the server shuts down. False when it was interrupted before.
    bool interrupt() {
        if (interrupted_.exchange(true, std::memory_order_acq_rel)) return false;
        asio::post(owner_, [self = this->shared_from_this()] { self->wakeup_.cancel(); });
        return true;
    }
    bool is_interrupted() const noexcept { return interrupted_.load(std::memory_order_acquire); }

    // At most once.
    void deliver(Answer answer) {
        if (owner_.running_in_this_thread()) return accept(std::move(answer));
        asio::post(owner_, [self = this->shared_from_this(), answer = std::move(answer)]() mutable {
            self->accept(std::move(answer));
        });
    }

    // Drops the notification while too many have not been handled.
    void notify(std::string method, std::string params) {
        if (is_abandoned() || !on_notification_) return;
        if (owner_.running_in_this_thread()) return on_notification_(std::move(method), std::move(params));
        notifications_.post(
            owner_,
            [self = this->shared_from_this(), method = std::move(method), params = std::move(params)]() mutable {
                if (!self->is_abandoned() && !self->answer_)
                    self->on_notification_(std::move(method), std::move(params));
            });
    }

private:
    void accept(Answer answer) {
        if (is_abandoned()) return;
        answer_.emplace(std::move(answer));
        wakeup_.cancel();  // resumes the waiting coroutine through the executor, not from here
    }

    executor owner_;
    notification_handler on_notification_;
    const time deadline_;
    timer wakeup_;
    std::optional<Answer> answer_;
    std::uint64_t id_ = 0;
    std::atomic<bool> abandoned_ = false;
    std::atomic<bool> interrupted_ = false;
    bounded_poster notifications_;
};

}  // namespace toolrack::plugin
