#include "http/networks.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace toolrack::http {
namespace {

namespace ip = boost::asio::ip;

template <typename Network, typename Address>
bool contains(const Network& network, const Address& address) {
    return Network(address, network.prefix_length()).network() == network.network();
}

}  // namespace

networks::networks(const std::vector<std::string>& written) {
    for (const auto& text : written) {
        boost::system::error_code no_v4;
        boost::system::error_code no_v6;
        const auto v4 = ip::make_network_v4(text, no_v4);
        const auto v6 = ip::make_network_v6(text, no_v6);
        if (!no_v4) {
            v4_.push_back(v4);
        } else if (!no_v6) {
            v6_.push_back(v6);
        } else {
            throw failure(
                "server.allow_cleartext holds \"" + text +
                "\", which is not a network; expected one like \"10.0.0.0/8\" or \"fd00::/8\".");
        }
    }
}

bool networks::include(const peer& who) const {
    if (!who.address || who.address->is_loopback()) return true;
    if (who.address->is_v4()) {
        return std::ranges::any_of(v4_, [at = who.address->to_v4()](const auto& network) {
            return contains(network, at);
        });
    }
    return std::ranges::any_of(
        v6_, [at = who.address->to_v6()](const auto& network) { return contains(network, at); });
}

}  // namespace toolrack::http
