#include "http/peer.hpp"

#include <netinet/in.h>

#include <cstring>

namespace toolrack::http {
namespace {

namespace ip = boost::asio::ip;

ip::address address_of(const sockaddr_storage& from) {
    if (from.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), reinterpret_cast<const sockaddr_in6&>(from).sin6_addr.s6_addr, bytes.size());
    const ip::address_v6 v6(bytes);
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
    return v6;
}

}  // namespace

peer peer_of(int connected, const sockaddr_storage& from) {
    peer found;
    if (from.ss_family == AF_INET || from.ss_family == AF_INET6) {
        found.address = address_of(from);
        found.name = found.address->to_string();
        return found;
    }
    found.name = "unix";
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
        found.uid = credentials.uid;
        found.gid = credentials.gid;
    }
    return found;
}

}  // namespace toolrack::http
