#include "app/safety.hpp"

#include <cstdlib>

#include "base/error.hpp"

namespace toolrack::app {
namespace {

bool stays_here(const config::address& address) {
    return address.kind == config::address::kind::unix_socket || address.is_loopback();
}

}  // namespace

void refuse_unsafe_addresses(const config::settings& settings) {
    if (settings.tls) return;
    for (const auto& address : settings.server.listen) {
        if (stays_here(address) || !settings.server.allow_cleartext.empty()) continue;
        throw failure(to_string(address.where) + ": listening on " + to_string(address) +
                      " would carry tokens over the network in clear text. Give this server a certificate in [tls], "
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
                          "\" lets everyone in, " + why);
        };
        if (backends.size() > 1) refuse("so it cannot be part of a chain. Name it alone, or leave it out.");
        if (!options.dev)
            refuse("so it needs development mode. Start with --dev, or set auth.backend = \"env-token\".");
        for (const auto& address : settings.server.listen)
            if (!stays_here(address))
                refuse("so it may not listen on " + to_string(address) +
                       ". Listen on 127.0.0.1 or a unix socket, or set auth.backend = \"env-token\".");
        if (settings.tls)
            refuse("so it is not for others, and needs no TLS. Remove [tls], or set auth.backend = \"env-token\".");
        if (settings.server.public_url)
            refuse("so it cannot have a public address. Remove server.public_url, or set auth.backend = "
                   "\"env-token\".");
        if (std::getenv("INVOCATION_ID"))
            refuse("so it does not run as a systemd service. Set auth.backend = \"env-token\".");
    }
}

}  // namespace toolrack::app
