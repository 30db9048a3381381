// The networks whose requests may come in clear text although they cross a wire.
#pragma once

#include <string>
#include <vector>

#include "base/network.hpp"
#include "http/peer.hpp"

namespace toolrack::http {

class networks {
public:
    // "10.0.0.0/8", "fd00::/8". Throws failure that names the one which is none.
    explicit networks(const std::vector<std::string>& written);

    // This machine itself (loopback, unix) is always among them.
    bool include(const peer& who) const;

private:
    std::vector<network> named_;
};

}  // namespace toolrack::http
