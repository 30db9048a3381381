#include "app/tls_setup.hpp"

namespace toolrack::app {

std::unique_ptr<http::tls_context> make_tls_context(const config::settings& settings, log& log) {
    if (!settings.tls) return nullptr;
    const auto& server = settings.server;
    if (server.public_url && server.public_url->starts_with("http://"))
        log.warning("server.public_url begins with http://, but [tls] makes this server use https: clients cannot "
                    "reach {}",
                    *server.public_url);
    if (!server.allow_cleartext.empty())
        log.warning("server.allow_cleartext has no effect, because [tls] refuses clear text from every network");
    return std::make_unique<http::tls_context>(*settings.tls, log);
}

}  // namespace toolrack::app
