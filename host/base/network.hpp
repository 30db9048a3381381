// An IP network in CIDR notation: "10.0.0.0/8", "fd00::/8".
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <string>
#include <variant>

namespace toolrack {

class network {
public:
    // Empty when `written` is not a network.
    static std::optional<network> read(const std::string& written);

    // An IPv4-mapped IPv6 address counts as the IPv4 address.
    bool contains(const boost::asio::ip::address& address) const;

private:
    using either = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;
    explicit network(either which) : which_(which) {}

    either which_;
};

}  // namespace toolrack
