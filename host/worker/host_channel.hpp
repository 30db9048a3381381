// The channel to the host: messages over the inherited socket.
//
// When the host closes it, the process exits at once.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/mutex.hpp"
#include "plugin/process/frame.hpp"
#include "plugin/process/worker_messages.hpp"

namespace toolrack::worker {

namespace from_worker = plugin::from_worker;
namespace to_worker = plugin::to_worker;

class host_channel {
public:
    explicit host_channel(int socket) : socket_(socket) {}
    host_channel(const host_channel&) = delete;
    host_channel& operator=(const host_channel&) = delete;

    // Waits for the next message. Its texts are valid until the next call. One thread.
    const to_worker::any& receive();
    // Overwrites the received bytes, which contained secrets.
    void wipe_received() noexcept { buffer_.wipe(); }

    // Blocks while the host does not read. Any thread.
    template <typename Message>
    void send(const Message& message) {
        send_frame(plugin::frame_of<from_worker::any>(message));
    }

private:
    void send_frame(std::string_view frame);

    const int socket_;
    plugin::frame_buffer buffer_{plugin::longest_to_worker};
    to_worker::any received_;
    mutex sending_;  // one frame at a time
};

}  // namespace toolrack::worker
