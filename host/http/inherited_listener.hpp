// A listening socket that another process (systemd) created. It outlives this server, so connections queue while the
// server restarts.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "config/config.hpp"
#include "http/listening_socket.hpp"

namespace toolrack::http {

// Sets the same options as on own sockets. Throws failure when the socket cannot be used; the sentence starts with
// `what`.
listening_socket adopt_listening_socket(descriptor socket, const std::string& what, const config::http_limits& limits);

}  // namespace toolrack::http
