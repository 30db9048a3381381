// The line to the host: messages over the socket that this process was started with.
//
// When the host is gone there is nobody left to work for, and the process ends at once.
#pragma once

#include <cstddef>
#include <mutex>
#include <string_view>

#include "plugin/process/frame.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::worker {

namespace from_worker = plugin::from_worker;
namespace to_worker = plugin::to_worker;

class line {
public:
    explicit line(int socket) : socket_(socket) {}
    line(const line&) = delete;
    line& operator=(const line&) = delete;

    // Waits for the next message. Its texts, and frame(), are good until the next one. One thread.
    const to_worker::any& hear();
    std::string_view frame() const noexcept { return frame_; }
    // Overwrites what was heard so far: it held secrets.
    void forget() noexcept { intake_.wipe(); }

    // Waits while the host does not read. Any thread.
    template <typename Message>
    void say(const Message& message) {
        send(plugin::frame_of<from_worker::any>(message));
    }

private:
    void send(std::string_view frame);

    const int socket_;
    plugin::frame_intake intake_{plugin::longest_to_worker};
    to_worker::any heard_;
    std::string_view frame_;
    std::mutex saying_;
};

}  // namespace toolrack::worker
