#include "app/control_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/digest.hpp"
#include "wire/json.hpp"

namespace toolrack::app::control_socket {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_line = 1024 * 1024;

std::vector<fs::path> directories() {
    std::vector<fs::path> all;
    if (const char* given = std::getenv("RUNTIME_DIRECTORY")) all.emplace_back(given);  // set by systemd
    if (::geteuid() == 0) all.emplace_back("/run/toolrack");
    if (const char* of_user = std::getenv("XDG_RUNTIME_DIR")) all.push_back(fs::path(of_user) / "toolrack");
    all.push_back(fs::temp_directory_path() / fmt::format("toolrack-{}", ::geteuid()));
    return all;
}

}  // namespace

std::vector<fs::path> paths(const fs::path& config) {
    std::error_code error;
    const auto canonical = fs::weakly_canonical(fs::absolute(config), error);
    const auto name = hex(sha256(canonical.string())).substr(0, 16) + ".sock";
    std::vector<fs::path> all;
    for (const auto& directory : directories()) all.push_back(directory / name);
    return all;
}

std::optional<sockaddr_un> address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    return address;
}

descriptor connect_to(const fs::path& path) {
    const auto address = address_of(path);
    descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address || !socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return descriptor();
    return socket;
}

bool is_peer_trusted(const descriptor& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == ::geteuid() || ::geteuid() == 0);
}

void set_timeouts(const descriptor& socket, std::chrono::seconds limit) {
    const timeval time{limit.count(), 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

void send_line(const descriptor& socket, std::string text) {
    text += '\n';
    std::string_view left = text;
    while (!left.empty()) {
        const auto sent = ::send(socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<std::string> receive_line(const descriptor& socket, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::string text;
    char piece[4096];
    while (text.find('\n') == std::string::npos) {
        if (text.size() > max_line || std::chrono::steady_clock::now() > deadline) return std::nullopt;
        const auto received = ::recv(socket.get(), piece, sizeof piece, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) return std::nullopt;
        text.append(piece, static_cast<std::size_t>(received));
    }
    text.erase(text.find('\n'));
    if (wire::check_json(text)) return std::nullopt;
    return text;
}

}  // namespace toolrack::app::control_socket
