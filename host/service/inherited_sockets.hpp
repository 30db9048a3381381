// The listening sockets that the parent process passed to this one: socket activation, sd_listen_fds(3).
//
// They stay open while one server ends and the next one starts, so that clients that connect meanwhile wait in the
// queue of the socket instead of being refused.
#pragma once

#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/log.hpp"

namespace toolrack::service {

struct inherited_socket {
    descriptor socket;        // not yet checked
    std::string description;  // the subject of error sentences: 'The socket "web" (descriptor 3 of LISTEN_FDS)'
};

// Removes LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES from the environment, and sets FD_CLOEXEC on the descriptors. Call
// it before any other thread starts. Throws failure when the variables contradict each other or name a descriptor that
// is not open.
std::vector<inherited_socket> take_inherited_sockets(log& log);

}  // namespace toolrack::service
