// The networks whose requests may come in clear text although they cross a wire.
#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <vector>

#include "http/peer.hpp"

namespace toolrack::http {

class networks {
public:
    // "10.0.0.0/8", "fd00::/8". Throws failure that names the one which is none.
    explicit networks(const std::vector<std::string>& written);

    // This machine itself (loopback, unix) is always among them.
    bool include(const peer& who) const;

private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace toolrack::http
