// One request that a plugin is working on, seen from both sides.
//
// The I/O thread that owns the request waits here; the plugin's threads deliver here, through the call
// table, which makes sure that exactly one answer ever arrives. Kept alive by both sides.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/asio.hpp"

namespace toolrack::plugin {

template <typename Answer>
class in_flight : public std::enable_shared_from_this<in_flight<Answer>> {
public:
    // What a plugin says before it answers, as (method, params).
    using notice = std::function<void(std::string, std::string)>;

    using time = std::chrono::steady_clock::time_point;

    // `home` is the I/O thread that owns the request; `noticed` runs there. Nobody waits any longer than `until`.
    explicit in_flight(executor home, notice noticed = {}, time until = time::max())
        : home_(home), noticed_(std::move(noticed)), until_(until), bell_(home) {}

    // Home thread ----------------------------------------------------------------------------------

    bool is_answered() const noexcept { return answer_.has_value(); }

    // Returns when the answer is there, or nobody waits for it any more, or time is up, or it was cut off.
    awaitable<void> wait(time until) {
        bell_.expires_at(until);
        if (!answer_ && !is_abandoned() && !is_cut_off()) co_await bell_.async_wait(as_values);
    }

    std::optional<Answer> take() { return std::exchange(answer_, std::nullopt); }

    // Nobody waits any more: no notice and no answer arrives after this.
    void abandon() {
        abandoned_.store(true, std::memory_order_release);
        bell_.cancel();
    }

    std::uint64_t id() const noexcept { return id_; }
    void set_id(std::uint64_t id) noexcept { id_ = id; }

    // Any thread -----------------------------------------------------------------------------------

    time until() const noexcept { return until_; }
    bool is_abandoned() const noexcept { return abandoned_.load(std::memory_order_acquire); }

    // Time is up, whatever it was: the server ends. False when somebody said so before.
    bool cut_off() {
        if (is_cut_off_.exchange(true, std::memory_order_acq_rel)) return false;
        asio::post(home_, [self = this->shared_from_this()] { self->bell_.cancel(); });
        return true;
    }
    bool is_cut_off() const noexcept { return is_cut_off_.load(std::memory_order_acquire); }

    // At most once: the call table hands out each id to one deliverer only.
    void deliver(Answer answer) {
        if (home_.running_in_this_thread()) return arrive(std::move(answer));
        asio::post(home_, [self = this->shared_from_this(), answer = std::move(answer)]() mutable {
            self->arrive(std::move(answer));
        });
    }

    void notify(std::string method, std::string params) {
        if (is_abandoned() || !noticed_) return;
        if (home_.running_in_this_thread()) return noticed_(std::move(method), std::move(params));
        // A plugin that talks faster than its client listens loses words, not the server's memory.
        if (on_their_way_.fetch_add(1, std::memory_order_relaxed) >= most_on_their_way) {
            on_their_way_.fetch_sub(1, std::memory_order_relaxed);
            return;
        }
        asio::post(home_,
                   [self = this->shared_from_this(), method = std::move(method), params = std::move(params)]() mutable {
                       self->on_their_way_.fetch_sub(1, std::memory_order_relaxed);
                       if (!self->is_abandoned() && !self->answer_)
                           self->noticed_(std::move(method), std::move(params));
                   });
    }

private:
    static constexpr std::size_t most_on_their_way = 1000;

    void arrive(Answer answer) {
        if (is_abandoned()) return;
        answer_.emplace(std::move(answer));
        bell_.cancel();  // rings: whoever waits goes on, from the executor and not from here
    }

    executor home_;
    notice noticed_;
    const time until_;
    timer bell_;
    std::optional<Answer> answer_;
    std::uint64_t id_ = 0;
    std::atomic<bool> abandoned_ = false;
    std::atomic<bool> is_cut_off_ = false;
    std::atomic<std::size_t> on_their_way_ = 0;
};

}  // namespace toolrack::plugin
