#include "http/inherited_listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.hpp"

namespace toolrack::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<int> option_of(const descriptor& socket, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (getsockopt(socket.get(), SOL_SOCKET, name, &value, &size) != 0) return std::nullopt;
    return value;
}

std::string why_not_usable(const descriptor& socket) {
    if (fcntl(socket.get(), F_GETFD) < 0) return "is not open.";
    const auto type = option_of(socket, SO_TYPE);
    if (!type) return "is not a socket. Pass a listening socket.";
    if (*type != SOCK_STREAM) return "is not a stream socket. Use ListenStream= in the socket unit.";
    if (option_of(socket, SO_ACCEPTCONN).value_or(0) == 0)
        return "is not a listening socket. Under systemd, use Accept=no.";
    return {};
}

config::address unix_address(const sockaddr_un& name, socklen_t size) {
    config::address found;
    found.kind = config::address::kind::unix_socket;
    const std::size_t longest = size - offsetof(sockaddr_un, sun_path);
    if (longest > 0 && name.sun_path[0] == '\0') {
        // An abstract name, in systemd's notation. server.listen cannot name one.
        found.path = '@' + std::string(name.sun_path + 1, longest - 1);
    } else {
        found.path.assign(name.sun_path, strnlen(name.sun_path, longest));
    }
    return found;
}

config::address address_of(const descriptor& socket, const std::string& what) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0)
        throw failure(what + " has no address: " + std::strerror(errno) + ".");
    config::address found;
    switch (name.ss_family) {
    case AF_UNIX: return unix_address(reinterpret_cast<const sockaddr_un&>(name), size);
    case AF_INET: {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(name);
        found.host = ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
        found.port = ntohs(v4.sin_port);
        return found;
    }
    case AF_INET6: {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(name);
        ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), v6.sin6_addr.s6_addr, bytes.size());
        found.host = ip::address_v6(bytes).to_string();
        found.port = ntohs(v6.sin6_port);
        return found;
    }
    default: throw failure(what + " is neither a TCP nor a unix socket. Pass one of those.");
    }
}

}  // namespace

listening_socket adopt_listening_socket(descriptor socket, const std::string& what, const config::http_limits& limits) {
    if (const auto why = why_not_usable(socket); !why.empty()) throw failure(what + ' ' + why);
    auto address = address_of(socket, what);
    // The flag is shared with the process that created the socket. That process does not accept on it.
    const int flags = fcntl(socket.get(), F_GETFL);
    if (flags < 0 || fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0)
        throw failure(what + " cannot be made non-blocking: " + std::strerror(errno) + ".");
    if (address.kind == config::address::kind::tcp) set_tcp_options(socket, limits);
    return {std::move(socket), std::move(address), true};
}

}  // namespace toolrack::http
