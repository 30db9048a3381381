#include "http/listening_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace toolrack::http {
namespace {

namespace ip = boost::asio::ip;

std::string advice(int why, const config::address& address) {
    if (why == EADDRINUSE) {
        return "Stop the program that uses it, or choose another address in server.listen.";
    }
    if (why == EACCES && address.kind == config::address::kind::tcp) {
        return "Ports below 1024 require CAP_NET_BIND_SERVICE. Choose a higher port in server.listen.";
    }
    if (why == EACCES) return "The user that runs the server cannot create a file there.";
    if (why == ENOENT) return "Create the folder first.";
    if (why == EADDRNOTAVAIL) return "No network interface has that address. Correct server.listen.";
    return "Correct server.listen.";
}

[[noreturn]] void fail(const config::address& address, int why) {
    std::string reason = std::strerror(why);
    if (!reason.empty()) reason[0] = static_cast<char>(reason[0] | 0x20);
    throw failure("Cannot listen on " + to_string(address) + ": " + reason + ". " + advice(why, address),
                  exit_code::unavailable);
}

void set(const descriptor& socket, int level, int name, int value) {
    // Errors are ignored: the server works without these options.
    (void)setsockopt(socket.get(), level, name, &value, sizeof value);
}

descriptor new_socket(int family, const config::address& address) {
    descriptor made(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made) fail(address, errno);
    return made;
}

void bind_and_listen(const descriptor& socket, const sockaddr* name, socklen_t size, const config::address& address) {
    if (bind(socket.get(), name, size) != 0) fail(address, errno);
    if (listen(socket.get(), SOMAXCONN) != 0) fail(address, errno);
}

listening_socket listen_on_tcp(const config::address& address, const config::http_limits& limits) {
    boost::system::error_code failed;
    const auto host = ip::make_address(address.host, failed);
    if (failed) fail(address, EADDRNOTAVAIL);
    ip::tcp::endpoint endpoint(host, address.port);

    auto socket = new_socket(endpoint.protocol().family(), address);
    set(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (host.is_v6()) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set_tcp_options(socket, limits);
    bind_and_listen(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size()), address);

    socklen_t size = static_cast<socklen_t>(endpoint.capacity());
    if (getsockname(socket.get(), endpoint.data(), &size) != 0) fail(address, errno);
    auto bound = address;
    bound.port = endpoint.port();
    return {std::move(socket), std::move(bound)};
}

bool is_socket(const char* path) {
    struct stat found {};
    return lstat(path, &found) == 0 && S_ISSOCK(found.st_mode);
}

// A killed server leaves its socket file behind. The file is stale if no process accepts a connection.
void remove_if_stale(const sockaddr_un& name, const config::address& address) {
    if (!is_socket(name.sun_path)) return;
    const auto probe = new_socket(AF_UNIX, address);
    const auto connected = connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
    if (connected != 0 && errno == ECONNREFUSED) (void)unlink(name.sun_path);
}

listening_socket listen_on_unix(const config::address& address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.path.size() >= sizeof name.sun_path) fail(address, ENAMETOOLONG);
    std::memcpy(name.sun_path, address.path.data(), address.path.size());

    remove_if_stale(name, address);
    auto socket = new_socket(AF_UNIX, address);
    // Linux creates the file with the mode of the socket, so other users can never connect.
    if (fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) fail(address, errno);
    bind_and_listen(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name, address);
    return {std::move(socket), address};
}

}  // namespace

void set_tcp_options(const descriptor& socket, const config::http_limits& limits) {
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limits.write_timeout.count()));
}

listening_socket listen_on(const config::address& address, const config::http_limits& limits) {
    if (address.kind == config::address::kind::unix_socket) return listen_on_unix(address);
    return listen_on_tcp(address, limits);
}

socket_file::socket_file(const listening_socket& bound) {
    struct stat made {};
    const auto& address = bound.address;
    if (address.kind != config::address::kind::unix_socket || bound.is_inherited) return;
    if (lstat(address.path.c_str(), &made) != 0) return;
    path_ = address.path;
    device_ = made.st_dev;
    inode_ = made.st_ino;
}

socket_file::~socket_file() {
    struct stat found {};
    if (path_.empty() || lstat(path_.c_str(), &found) != 0) return;
    if (found.st_dev == device_ && found.st_ino == inode_) (void)unlink(path_.c_str());
}

}  // namespace toolrack::http
