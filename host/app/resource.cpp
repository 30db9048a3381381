#include "app/resource.hpp"

namespace toolrack::app {

std::string resource_of(const config::settings& settings) {
    if (settings.server.public_url) return *settings.server.public_url;
    const auto& address = settings.server.listen.front();
    const bool is_sealed = settings.tls && address.kind == config::address::kind::tcp;
    return (is_sealed ? "https://" : "http://") + to_string(address) + settings.server.path;
}

}  // namespace toolrack::app
