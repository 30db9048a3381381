#include "http/cleartext_networks.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace toolrack::http {

cleartext_networks::cleartext_networks(const std::vector<std::string>& written) {
    for (const auto& text : written) {
        const auto parsed = network::read(text);
        if (!parsed)
            throw failure("server.allow_cleartext: \"" + text +
                          "\" is not a network. Expected one like \"10.0.0.0/8\" or \"fd00::/8\".");
        networks_.push_back(*parsed);
    }
}

bool cleartext_networks::contain(const peer& from) const {
    if (!from.address || from.address->is_loopback()) return true;
    return std::ranges::any_of(networks_, [&](const network& one) { return one.contains(*from.address); });
}

}  // namespace toolrack::http
