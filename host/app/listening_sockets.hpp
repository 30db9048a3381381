// The listening sockets of a server: one for each address of server.listen, inherited or opened.
#pragma once

#include <vector>

#include "base/log.hpp"
#include "config/config.hpp"
#include "http/listening_socket.hpp"
#include "service/inherited_sockets.hpp"

namespace toolrack::app {

// In the order of server.listen. An inherited socket is used for the address that it is bound to; the other addresses
// are opened. Throws failure when server.listen does not name the address of an inherited socket.
std::vector<http::listening_socket>
open_listening_sockets(const config::server& settings, std::vector<service::inherited_socket> inherited, log& log);

}  // namespace toolrack::app
