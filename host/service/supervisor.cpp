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

// A path, or '@' and an abstract name.
descriptor connect_to(const std::string& name, log& log) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool is_usable = (name[0] == '/' || name[0] == '@') && name.size() < sizeof address.sun_path;
    std::memcpy(address.sun_path, name.data(), is_usable ? name.size() : 0);
    if (name[0] == '@') address.sun_path[0] = '\0';

    descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    const bool is_connected =
        is_usable && made && ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
    if (!is_connected) {
        log.warning("NOTIFY_SOCKET is \"{}\", and nobody can be told there that this server is ready: {}.", name,
                    is_usable ? std::strerror(errno) : "it is neither an absolute path nor an abstract name");
        return descriptor();
    }
    // Whoever does not listen must not hold us up.
    const timeval at_most{2, 0};
    (void)::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &at_most, sizeof at_most);
    return made;
}

std::optional<std::chrono::microseconds> read_patience() {
    const auto time = take_number("WATCHDOG_USEC");
    const auto whose = take_number("WATCHDOG_PID");
    if (!time || (whose && *whose != static_cast<unsigned long long>(::getpid()))) return std::nullopt;
    if (*time == 0) throw failure("WATCHDOG_USEC is 0; give the supervisor a patience above zero, or none.");
    return std::chrono::microseconds(*time);
}

}  // namespace

supervisor::supervisor(log& log) : patience_(read_patience()) {
    if (const auto name = take_variable("NOTIFY_SOCKET")) socket_ = connect_to(*name, log);
}

// With the time, so that it knows which of several wishes is meant.
void supervisor::say_reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                    std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

// One that went away is no reason to end.
void supervisor::say(std::string_view what) const {
    if (socket_) (void)::send(socket_.get(), what.data(), what.size(), MSG_NOSIGNAL);
}

}  // namespace toolrack::service
