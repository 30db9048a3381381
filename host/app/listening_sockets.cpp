#include "app/listening_sockets.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "http/inherited_listener.hpp"

namespace toolrack::app {
namespace {

// Port 0 in the configuration matches every port.
bool matches(const config::address& configured, const config::address& bound) {
    return configured.kind == bound.kind && configured.path == bound.path && configured.host == bound.host &&
           (configured.port == bound.port || configured.port == 0);
}

}  // namespace

std::vector<http::listening_socket>
open_listening_sockets(const config::server& settings, std::vector<service::inherited_socket> inherited, log& log) {
    std::vector<std::optional<http::listening_socket>> by_address(settings.listen.size());
    for (auto& [socket, description] : inherited) {
        auto adopted = http::adopt_listening_socket(std::move(socket), description, settings.http);
        std::size_t i = 0;
        while (i < by_address.size() && (by_address[i] || !matches(settings.listen[i], adopted.address))) ++i;
        if (i == by_address.size())
            throw failure(fmt::format("{} listens on {}, which has no entry of its own in server.listen. Make "
                                      "ListenStream= of the socket unit and server.listen name the same addresses.",
                                      description,
                                      to_string(adopted.address)));
        by_address[i] = std::move(adopted);
    }

    std::vector<http::listening_socket> sockets;
    for (std::size_t i = 0; i < by_address.size(); ++i) {
        if (!by_address[i] && !inherited.empty())
            log.info("No inherited socket is bound to {}, so this server opens it.", to_string(settings.listen[i]));
        sockets.push_back(by_address[i] ? std::move(*by_address[i])
                                        : http::listen_on(settings.listen[i], settings.http));
    }
    return sockets;
}

}  // namespace toolrack::app
