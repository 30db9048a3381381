#include "app/resource_uri.hpp"

namespace toolrack::app {

std::string resource_uri(const config::settings& settings) {
    if (settings.server.public_url) return *settings.server.public_url;
    const auto& address = settings.server.listen.front();
    const bool uses_tls = settings.tls && address.kind == config::address::kind::tcp;
    return (uses_tls ? "https://" : "http://") + to_string(address) + settings.server.path;
}

}  // namespace toolrack::app
