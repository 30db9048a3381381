// A socket that listens: made with plain system calls, so that every option is set before anybody
// can connect, and every error says what to do.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "config/config.hpp"

namespace toolrack::http {

struct listening {
    descriptor socket;
    config::address address;      // what was really bound: the port is never 0
    bool is_handed_over = false;  // somebody else made it, and keeps it when we end
};

// Throws failure (69) when the address cannot be had.
listening listen_on(const config::address& address, const config::http_limits& limits);

// What the sockets that are accepted on a TCP socket inherit from it, which saves calls for each.
void prepare_tcp(const descriptor& socket, const config::http_limits& limits);

// Removes the socket file, if it is still the one that this socket made: a successor may have put
// its own there already. A socket that was handed over keeps its file.
class socket_file {
public:
    explicit socket_file(const listening& bound);
    ~socket_file();
    socket_file(const socket_file&) = delete;
    socket_file& operator=(const socket_file&) = delete;

private:
    std::string path_;  // empty when there is none
    unsigned long long device_ = 0;
    unsigned long long inode_ = 0;
};

}  // namespace toolrack::http
