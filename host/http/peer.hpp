// Who is at the other end of a connection, as far as the kernel knows.
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
    std::int64_t uid = -1;                            // of a unix socket's other end
    std::int64_t gid = -1;
    std::string certificate;  // DER, of a TLS client that showed a good one
    std::optional<identity::source> source;  // as far as limits go; nothing for who may stand for many
};

peer peer_of(int connected, const sockaddr_storage& address);

}  // namespace toolrack::http
