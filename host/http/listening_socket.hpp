// A listening socket, created with plain system calls, so that every option is set before a client can connect and
// every error says what to do.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "config/config.hpp"

namespace toolrack::http {

struct listening_socket {
    descriptor socket;
    config::address address;    // as bound: the port is never 0
    bool is_inherited = false;  // another process created it and keeps it
};

// Throws failure (exit code 69) when the address is not available.
listening_socket listen_on(const config::address& address, const config::http_limits& limits);

// Sets the options of a listening TCP socket. Accepted sockets inherit them, which saves system calls.
void set_tcp_options(const descriptor& socket, const config::http_limits& limits);

// Removes the socket file when destroyed, if the file still belongs to this socket: a successor may have replaced it.
// The file of an inherited socket stays.
class socket_file {
public:
    explicit socket_file(const listening_socket& bound);
    ~socket_file();
    socket_file(const socket_file&) = delete;
    socket_file& operator=(const socket_file&) = delete;

private:
    std::string path_;  // empty without a file to remove
    unsigned long long device_ = 0;
    unsigned long long inode_ = 0;
};

}  // namespace toolrack::http
