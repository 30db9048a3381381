#include "mcp/stream_queue.hpp"

#include <algorithm>
#include <utility>

namespace toolrack::mcp {
namespace {

constexpr std::chrono::nanoseconds max_sleep = std::chrono::seconds(5);

}  // namespace

stream_queue::stream_queue(wire::outlet& to) : thread_(to.get_executor()), to_(&to), wakeup_(thread_) {
    wakeup_.expires_at(timer::time_point::max());
}

void stream_queue::send(std::string json, std::string event) {
    if (is_closed()) return;
    if (thread_.running_in_this_thread()) return deliver(std::move(json), event);
    messages_.post(thread_, [self = shared_from_this(), json = std::move(json), event = std::move(event)]() mutable {
        self->deliver(std::move(json), event);
    });
}

void stream_queue::end(std::optional<wire::reply> reply) {
    if (is_closed()) return;
    if (thread_.running_in_this_thread()) return deliver_end(std::move(reply));
    asio::post(thread_, [self = shared_from_this(), reply = std::move(reply)]() mutable {
        self->deliver_end(std::move(reply));
    });
}

awaitable<void> stream_queue::wait(std::function<std::chrono::nanoseconds()> time_left) {
    if (is_closed()) co_return;
    to_->on_closed([self = shared_from_this()] { self->close(); });
    auto left = time_left ? time_left() : max_sleep;
    while (!is_closed() && left > left.zero()) {
        if (time_left) wakeup_.expires_after(std::min(left, max_sleep));
        co_await wakeup_.async_wait(as_values);
        if (time_left) left = time_left();
    }
    deliver_end(std::nullopt);
}

void stream_queue::close() {
    closed_.store(true, std::memory_order_release);
    to_ = nullptr;
    wakeup_.cancel();
}

void stream_queue::deliver(std::string json, const std::string& event) {
    if (to_) to_->notify(std::move(json), event);
}

void stream_queue::deliver_end(std::optional<wire::reply> reply) {
    if (!to_) return;
    auto& to = *to_;
    close();
    to.on_closed(nullptr);
    if (reply) to.finish(std::move(*reply));
    else to.close_stream();
}

}  // namespace toolrack::mcp
