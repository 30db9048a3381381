#include "worker/host_channel.hpp"

#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace toolrack::worker {

const to_worker::any& host_channel::receive() {
    for (;;) {
        if (const auto frame = buffer_.next()) {
            auto read = plugin::read_frame<to_worker::any>(*frame);
            if (!read) ::_exit(EX_PROTOCOL);
            received_ = std::move(*read);
            return received_;
        }
        if (buffer_.is_broken()) ::_exit(EX_PROTOCOL);
        const auto space = buffer_.prepare();
        const auto got = ::recv(socket_, space.data(), space.size(), 0);
        if (got > 0) buffer_.commit(static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR) ::_exit(EX_OK);
    }
}

void host_channel::send_frame(std::string_view frame) {
    const lock_guard lock(sending_);
    while (!frame.empty()) {
        const auto sent = ::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL);
        if (sent > 0) frame.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EINTR) ::_exit(EX_OK);
    }
}

}  // namespace toolrack::worker
