// Who counts by themselves, where something is limited per source.
//
// Behind a proxy one address stands for everybody, and a limit that one of them meets would be met by all. So
// proxies have no source: this machine itself, the networks that may speak clear text, or those that were named.
// What a proxy says of its clients (X-Forwarded-For, Forwarded) is read nowhere: anybody can say it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/network.hpp"
#include "http/peer.hpp"
#include "identity/source.hpp"

namespace toolrack::http {

class sources {
public:
    // Absent names: this machine, and `clear_text`.
    sources(const std::optional<std::vector<std::string>>& proxies, const std::vector<std::string>& clear_text);

    // An IPv4 address, the /64 of an IPv6 one, or the user at the other end of a unix socket; nothing for a proxy.
    std::optional<identity::source> of(const peer& who) const;

private:
    bool is_proxy(const peer& who) const;

    std::vector<network> proxies_;
    bool unix_is_proxy_;
    bool loopback_is_proxy_;
};

}  // namespace toolrack::http
