// Sockets that listen already when this server starts, handed over by whoever started it: socket
// activation as systemd does it, sd_listen_fds(3).
//
// They outlive us, so clients that come while one server ends and the next begins wait, and are not
// refused. What server.listen says is still what is served: a socket that it does not name is an error,
// and an address for which none was handed over is opened as ever.
#pragma once

#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "http/listening.hpp"

namespace toolrack::service {

class inherited_sockets {
public:
    // Takes LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES out of the environment, and the descriptors from
    // every child. Before there is any other thread. Throws failure when they cannot be true.
    explicit inherited_sockets(log& log);

    // A socket for each address of `settings`, in its order. Throws failure.
    std::vector<http::listening> listen_on_all(const config::server& settings);

private:
    struct handed {
        descriptor socket;
        std::string what;  // for sentences: 'The socket "web" (descriptor 3 of LISTEN_FDS)'
    };

    log& log_;
    std::vector<handed> sockets_;
};

}  // namespace toolrack::service
