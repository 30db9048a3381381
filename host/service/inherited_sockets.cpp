#include "service/inherited_sockets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <limits>
#include <string_view>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace toolrack::service {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START

std::vector<std::string> split(std::string_view names) {
    std::vector<std::string> found;
    for (;;) {
        const auto colon = names.find(':');
        found.emplace_back(names.substr(0, colon));
        if (colon == names.npos) return found;
        names.remove_prefix(colon + 1);
    }
}

}  // namespace

std::vector<inherited_socket> take_inherited_sockets(log& log) {
    const auto pid = take_number("LISTEN_PID");
    const auto count = take_number("LISTEN_FDS").value_or(0);
    const auto listed = take_variable("LISTEN_FDNAMES");
    if (count == 0) return {};
    if (pid != static_cast<unsigned long long>(::getpid())) {
        log.warning("LISTEN_PID is {}, but this is process {}: the sockets of LISTEN_FDS are not used. Start this "
                    "server with exec, without a shell in between.",
                    pid ? std::to_string(*pid) : "not set",
                    ::getpid());
        return {};
    }
    const auto names = listed ? split(*listed) : std::vector<std::string>();
    if (listed && names.size() != count)
        throw failure(fmt::format("LISTEN_FDNAMES has {} names for the {} sockets of LISTEN_FDS. Set one name for each "
                                  "socket, or unset it.",
                                  names.size(),
                                  count));

    std::vector<inherited_socket> sockets;
    for (unsigned long long i = 0; i < count; ++i) {
        const auto number = first_descriptor + i;
        const bool is_open = number <= static_cast<unsigned>(std::numeric_limits<int>::max()) &&
                             ::fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC) == 0;
        if (!is_open)
            throw failure(
                fmt::format("LISTEN_FDS announces {} sockets, but descriptor {} is not open.", count, number));
        const auto name = i < names.size() ? '"' + printable(names[i], 100) + "\" " : std::string();
        sockets.push_back({descriptor(static_cast<int>(number)),
                           fmt::format("The socket {}(descriptor {} of LISTEN_FDS)", name, number)});
    }
    return sockets;
}

}  // namespace toolrack::service
