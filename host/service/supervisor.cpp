#include "service/supervisor.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/environment.hpp"
#include "base/error.hpp"

namespace toolrack::service {
namespace {

// `name` is a path, or '@' and an abstract name.
descriptor connect_to(const std::string& name, log& log) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool is_usable = (name[0] == '/' || name[0] == '@') && name.size() < sizeof address.sun_path;
    std::memcpy(address.sun_path, name.data(), is_usable ? name.size() : 0);
    if (name[0] == '@') address.sun_path[0] = '\0';

    descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    const bool is_connected =
        is_usable && socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
    if (!is_connected) {
        log.warning("NOTIFY_SOCKET is \"{}\", which cannot be used: {}. The service manager is not notified.",
                    name,
                    is_usable ? std::strerror(errno) : "it is neither an absolute path nor an abstract name");
        return descriptor();
    }
    // A service manager that does not read must not block us.
    const timeval at_most{2, 0};
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &at_most, sizeof at_most);
    return socket;
}

std::optional<std::chrono::microseconds> take_watchdog_timeout() {
    const auto time = take_number("WATCHDOG_USEC");
    const auto pid = take_number("WATCHDOG_PID");
    if (!time || (pid && *pid != static_cast<unsigned long long>(::getpid()))) return std::nullopt;
    if (*time == 0) throw failure("WATCHDOG_USEC is 0. Set it to a number above zero, or unset it.");
    return std::chrono::microseconds(*time);
}

}  // namespace

supervisor::supervisor(log& log) : watchdog_timeout_(take_watchdog_timeout()) {
    if (const auto name = take_variable("NOTIFY_SOCKET")) socket_ = connect_to(*name, log);
}

// sd_notify(3): MONOTONIC_USEC tells the service manager which of its reload requests this message belongs to.
void supervisor::notify_reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                       std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

// An error is ignored: the server goes on when the service manager is gone.
void supervisor::notify(std::string_view message) const {
    if (socket_) (void)::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace toolrack::service
