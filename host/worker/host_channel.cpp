#include "worker/host_channel.hpp"

#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace toolrack::worker {

const to_worker::any& line::hear() {
    for (;;) {
        if (const auto frame = intake_.next()) {
            auto read = plugin::read_frame<to_worker::any>(*frame);
            if (!read) ::_exit(EX_PROTOCOL);
            frame_ = *frame;
            heard_ = std::move(*read);
            return heard_;
        }
        if (intake_.is_broken()) ::_exit(EX_PROTOCOL);
        const auto room = intake_.room();
        const auto got = ::recv(socket_, room.data(), room.size(), 0);
        if (got > 0) intake_.received(static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR) ::_exit(EX_OK);
    }
}

void line::send(std::string_view frame) {
    const std::lock_guard lock(saying_);
    while (!frame.empty()) {
        const auto sent = ::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL);
        if (sent > 0) frame.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EINTR) ::_exit(EX_OK);
    }
}

}  // namespace toolrack::worker
