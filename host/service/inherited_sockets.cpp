#include "service/inherited_sockets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/inherited_listener.hpp"

namespace toolrack::service {
namespace {

constexpr int first_descriptor = 3;

std::vector<std::string> split(std::string_view names) {
    std::vector<std::string> found;
    for (;;) {
        const auto colon = names.find(':');
        found.emplace_back(names.substr(0, colon));
        if (colon == names.npos) return found;
        names.remove_prefix(colon + 1);
    }
}

// Port 0 is any port.
bool is_meant(const config::address& wanted, const config::address& found) {
    return wanted.kind == found.kind && wanted.path == found.path && wanted.host == found.host &&
           (wanted.port == found.port || wanted.port == 0);
}

}  // namespace

inherited_sockets::inherited_sockets(log& log) : log_(log) {
    const auto whose = take_number("LISTEN_PID");
    const auto count = take_number("LISTEN_FDS").value_or(0);
    const auto listed = take_variable("LISTEN_FDNAMES");
    if (count == 0) return;
    if (whose != static_cast<unsigned long long>(::getpid())) {
        log.warning("LISTEN_FDS speaks of sockets for the process {}, and this is {}: they are not used. Start this "
                    "server with exec, without a shell in between.",
                    whose ? std::to_string(*whose) : "that nobody named", ::getpid());
        return;
    }
    const auto names = listed ? split(*listed) : std::vector<std::string>();
    if (listed && names.size() != count)
        throw failure(fmt::format("LISTEN_FDNAMES has {} names for the {} sockets of LISTEN_FDS; name each, or none.",
                                  names.size(), count));

    for (unsigned long long i = 0; i < count; ++i) {
        const auto number = first_descriptor + i;
        const bool is_open = number <= static_cast<unsigned>(std::numeric_limits<int>::max()) &&
                             ::fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC) == 0;
        if (!is_open)
            throw failure(fmt::format("LISTEN_FDS says that {} sockets were handed over, but descriptor {} "
                                      "is not open.",
                                      count, number));
        const auto name = i < names.size() ? '"' + printable(names[i], 100) + "\" " : std::string();
        sockets_.push_back({descriptor(static_cast<int>(number)),
                            fmt::format("The socket {}(descriptor {} of LISTEN_FDS)", name, number)});
    }
}

std::vector<http::listening> inherited_sockets::listen_on_all(const config::server& settings) {
    std::vector<std::optional<http::listening>> places(settings.listen.size());
    const bool were_any = !sockets_.empty();
    for (auto& [socket, what] : sockets_) {
        auto taken = http::take_over(std::move(socket), what, settings.http);
        std::size_t at = 0;
        while (at < places.size() && (places[at] || !is_meant(settings.listen[at], taken.address))) ++at;
        if (at == places.size())
            throw failure(fmt::format("{} listens on {}, for which server.listen has no line of its own. Make the "
                                      "socket's unit (ListenStream=) and server.listen say the same.",
                                      what, to_string(taken.address)));
        places[at] = std::move(taken);
    }
    sockets_.clear();

    std::vector<http::listening> all;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i] && were_any)
            log_.info("No socket was handed over for {}, so this server opens it itself.",
                      to_string(settings.listen[i]));
        all.push_back(places[i] ? std::move(*places[i]) : http::listen_on(settings.listen[i], settings.http));
    }
    return all;
}

}  // namespace toolrack::service
