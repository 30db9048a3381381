// The control socket: how commands of the same host reach a running server.
//
// A unix socket in the runtime directory that only the server's user and root can use. Its name is derived from the
// path of the configuration file, so a command needs that path only. A request and its response are one line of JSON
// each: {"command": "reload"} gets {"error"?: sentence, "problems": [sentence]}, {"command": "status"} gets
// server_status::json().
#pragma once

#include <sys/un.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace toolrack::app::control_socket {

// The paths where the socket of this configuration may be. A server creates it at the first path that it can write to.
// A command tries all, because root runs it for services of other users.
std::vector<std::filesystem::path> paths(const std::filesystem::path& config);

// Empty when the path is too long for a socket.
std::optional<sockaddr_un> address_of(const std::filesystem::path& path);

// Empty when no server listens there.
descriptor connect_to(const std::filesystem::path& path);

// True when the peer runs as this user or as root, or when this process does.
bool is_peer_trusted(const descriptor& socket);

void set_timeouts(const descriptor& socket, std::chrono::seconds limit);
// Errors are ignored: the peer is gone.
void send_line(const descriptor& socket, std::string text);
// Empty when no complete line arrives in time, or when it is not JSON.
std::optional<std::string> receive_line(const descriptor& socket, std::chrono::seconds limit);

}  // namespace toolrack::app::control_socket
