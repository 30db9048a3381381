#include "app/resource.hpp"

namespace toolrack::app {

std::string resource_of(const config::settings& settings) {
    if (settings.server.public_url) return *settings.server.public_url;
    return "http://" + to_string(settings.server.listen.front()) + settings.server.path;
}

}  // namespace toolrack::app
