// The networks from which clients may send clear text to an address that is not loopback.
#pragma once

#include <string>
#include <vector>

#include "base/network.hpp"
#include "http/peer.hpp"

namespace toolrack::http {

class cleartext_networks {
public:
    // "10.0.0.0/8", "fd00::/8". Throws failure that names an invalid one.
    explicit cleartext_networks(const std::vector<std::string>& written);

    // Always true for loopback and unix sockets.
    bool contain(const peer& from) const;

private:
    std::vector<network> networks_;
};

}  // namespace toolrack::http
