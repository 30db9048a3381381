#include "base/network.hpp"

namespace toolrack {
namespace {

namespace ip = boost::asio::ip;

ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

template <typename Network, typename Address>
bool holds(const Network& network, const Address& address) {
    return Network(address, network.prefix_length()).network() == network.network();
}

}  // namespace

std::optional<network> network::read(const std::string& written) {
    boost::system::error_code no;
    if (const auto v4 = ip::make_network_v4(written, no); !no) return network(v4);
    no.clear();
    if (const auto v6 = ip::make_network_v6(written, no); !no) return network(v6);
    return std::nullopt;
}

bool network::contains(const ip::address& address) const {
    const auto at = plain(address);
    if (const auto* v4 = std::get_if<ip::network_v4>(&which_)) return at.is_v4() && holds(*v4, at.to_v4());
    return at.is_v6() && holds(std::get<ip::network_v6>(which_), at.to_v6());
}

}  // namespace toolrack
