#include "app/start_checks.hpp"

#include <cstdlib>

#include "base/error.hpp"

namespace toolrack::app {
namespace {

bool is_local(const config::address& address) {
    return address.kind == config::address::kind::unix_socket || address.is_loopback();
}

}  // namespace

void refuse_unsafe_addresses(const config::settings& settings) {
    if (settings.tls) return;
    for (const auto& address : settings.server.listen) {
        if (is_local(address) || !settings.server.allow_cleartext.empty()) continue;
        throw failure(to_string(address.where) + ": listening on " + to_string(address) +
                      " would send tokens over the network in clear text. Configure a certificate in [tls], "
                      "listen on 127.0.0.1 behind a TLS proxy, or name the networks that may connect without TLS in "
                      "server.allow_cleartext.");
    }
}

void refuse_unsafe_backends(const config::settings& settings,
                            const start_options& options,
                            const std::vector<std::shared_ptr<plugin::instance>>& backends) {
    for (const auto& backend : backends) {
        if (!(backend->auth_traits() & plugin::auth_trait::open)) continue;

        const auto refuse = [&](const std::string& why) {
            throw failure(to_string(settings.auth.where) + ": the backend \"" + backend->name() +
                          "\" grants every request, " + why);
        };
        if (backends.size() > 1) refuse("so it cannot be combined with other backends. Use it alone, or remove it.");
        if (!options.dev)
            refuse("so it needs development mode. Start with --dev, or set auth.backend = \"env-token\".");
        for (const auto& address : settings.server.listen)
            if (!is_local(address))
                refuse("so it must not listen on " + to_string(address) +
                       ". Listen on 127.0.0.1 or a unix socket, or set auth.backend = \"env-token\".");
        if (settings.tls)
            refuse("so it is for local use only and needs no TLS. Remove [tls], or set auth.backend = \"env-token\".");
        if (settings.server.public_url)
            refuse("so it must not have a public URL. Remove server.public_url, or set auth.backend = "
                   "\"env-token\".");
        if (std::getenv("INVOCATION_ID"))
            refuse("so it must not run as a systemd service. Set auth.backend = \"env-token\".");
    }
}

}  // namespace toolrack::app
