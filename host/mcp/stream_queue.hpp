// A stream queue: the way to an exchange that waits, from any thread.
//
// An outlet belongs to one I/O thread and to one request. What is said to it from elsewhere (a change,
// an answer that another connection brought) is posted here, and is dropped once the request is over.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/asio.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

class stream_queue : public std::enable_shared_from_this<stream_queue> {
public:
    // On the outlet's thread, which is home.
    explicit stream_queue(wire::outlet& to);

    // Any thread. A message too many is lost, not kept.
    void send(std::string json, std::string event = {});
    // Any thread. Ends the stream, with an answer or without.
    void end(std::optional<wire::reply> answer = std::nullopt);

    // Home. Returns when the client left, the stream was ended or no `time_left` is left; the outlet may go then.
    // Asked again every few seconds, because what ends by wall time ends sooner when somebody sets the clock.
    awaitable<void> wait(std::function<std::chrono::nanoseconds()> time_left = nullptr);
    // Home. The outlet goes now.
    void close();

    // Any thread.
    bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }

private:
    void deliver(std::string json, const std::string& event);
    void deliver_end(std::optional<wire::reply> answer);

    executor home_;
    wire::outlet* to_;  // null once closed; home only
    timer bell_;
    std::atomic<bool> closed_ = false;
    std::atomic<std::size_t> on_their_way_ = 0;
};

}  // namespace toolrack::mcp
