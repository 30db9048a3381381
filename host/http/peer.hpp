// The client's end of a connection, as the kernel reports it.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "identity/source.hpp"

namespace toolrack::http {

struct peer {
    std::optional<boost::asio::ip::address> address;  // nothing for a unix socket
    std::string name;                                 // "127.0.0.1", "::1", "unix"
    std::int64_t uid = -1;                            // unix sockets only (SO_PEERCRED)
    std::int64_t gid = -1;
    std::string certificate;                 // DER, verified in the TLS handshake; else empty
    std::optional<identity::source> source;  // nothing for a proxy; see source_rules
};

peer peer_of(int connected, const sockaddr_storage& address);

}  // namespace toolrack::http
