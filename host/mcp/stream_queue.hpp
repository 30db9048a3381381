// A stream queue: passes messages from any thread to the outlet of a request that holds a stream open.
//
// An outlet belongs to one I/O thread and one request. A message from another thread is posted to that thread, and
// dropped once the request is over.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/asio.hpp"
#include "base/bounded_poster.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

class stream_queue : public std::enable_shared_from_this<stream_queue> {
public:
    // On the outlet's thread.
    explicit stream_queue(wire::outlet& to);

    // Any thread. When too many messages are under way, further ones are dropped.
    void send(std::string json, std::string event = {});
    // Any thread. Ends the stream, with a reply or without.
    void end(std::optional<wire::reply> reply = std::nullopt);

    // The outlet's thread. Returns when the client left, the stream was ended or `time_left` is zero; the outlet may be
    // destroyed then. `time_left` is called every few seconds, because the wall clock may be set meanwhile.
    awaitable<void> wait(std::function<std::chrono::nanoseconds()> time_left = nullptr);
    // The outlet's thread. The outlet is destroyed next.
    void close();

    // Any thread.
    bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }

private:
    void deliver(std::string json, const std::string& event);
    void deliver_end(std::optional<wire::reply> reply);

    executor thread_;
    wire::outlet* to_;  // null once closed; the outlet's thread only
    timer wakeup_;
    std::atomic<bool> closed_ = false;
    bounded_poster messages_;
};

}  // namespace toolrack::mcp
