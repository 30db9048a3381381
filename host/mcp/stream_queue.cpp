#include "mcp/stream_queue.hpp"

#include <algorithm>
#include <utility>

namespace toolrack::mcp {
namespace {

constexpr std::size_t most_on_their_way = 1000;
constexpr std::chrono::nanoseconds longest_sleep = std::chrono::seconds(5);

}  // namespace

stream_queue::stream_queue(wire::outlet& to) : home_(to.get_executor()), to_(&to), bell_(home_) {
    bell_.expires_at(timer::time_point::max());
}

void stream_queue::send(std::string json, std::string event) {
    if (is_closed()) return;
    if (home_.running_in_this_thread()) return deliver(std::move(json), event);
    if (on_their_way_.fetch_add(1, std::memory_order_relaxed) >= most_on_their_way) {
        on_their_way_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    asio::post(home_, [self = shared_from_this(), json = std::move(json), event = std::move(event)]() mutable {
        self->on_their_way_.fetch_sub(1, std::memory_order_relaxed);
        self->deliver(std::move(json), event);
    });
}

void stream_queue::end(std::optional<wire::reply> answer) {
    if (is_closed()) return;
    if (home_.running_in_this_thread()) return deliver_end(std::move(answer));
    asio::post(home_, [self = shared_from_this(), answer = std::move(answer)]() mutable {
        self->deliver_end(std::move(answer));
    });
}

awaitable<void> stream_queue::wait(std::function<std::chrono::nanoseconds()> time_left) {
    if (is_closed()) co_return;
    to_->on_closed([self = shared_from_this()] { self->close(); });
    auto left = time_left ? time_left() : longest_sleep;
    while (!is_closed() && left > left.zero()) {
        if (time_left) bell_.expires_after(std::min(left, longest_sleep));
        co_await bell_.async_wait(as_values);
        if (time_left) left = time_left();
    }
    deliver_end(std::nullopt);
}

void stream_queue::close() {
    closed_.store(true, std::memory_order_release);
    to_ = nullptr;
    bell_.cancel();
}

void stream_queue::deliver(std::string json, const std::string& event) {
    if (to_) to_->notify(std::move(json), event);
}

void stream_queue::deliver_end(std::optional<wire::reply> answer) {
    if (!to_) return;
    auto& to = *to_;
    close();
    to.on_closed(nullptr);
    if (answer) to.finish(std::move(*answer));
    else to.close_stream();
}

}  // namespace toolrack::mcp
