// Determines the source of a peer: the key by which limits count clients.
//
// Proxies have no source, because all clients behind a proxy share its address. Proxies are this machine, the networks
// of allow_cleartext, or those that limits.proxies names. X-Forwarded-For and Forwarded are never read: any client can
// send them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/network.hpp"
#include "http/peer.hpp"
#include "identity/source.hpp"

namespace toolrack::http {

class source_rules {
public:
    // Without `proxies`, this machine and the networks of `clear_text` are proxies.
    source_rules(const std::optional<std::vector<std::string>>& proxies, const std::vector<std::string>& clear_text);

    // An IPv4 address, the /64 of an IPv6 address, or the uid of a unix socket's peer; nothing for a proxy.
    std::optional<identity::source> source_of(const peer& from) const;

private:
    bool is_proxy(const peer& from) const;

    std::vector<network> proxies_;
    bool unix_is_proxy_;
    bool loopback_is_proxy_;
};

}  // namespace toolrack::http
