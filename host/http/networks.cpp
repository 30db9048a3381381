#include "http/networks.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace toolrack::http {

networks::networks(const std::vector<std::string>& written) {
    for (const auto& text : written) {
        const auto named = network::read(text);
        if (!named)
            throw failure("server.allow_cleartext holds \"" + text +
                          "\", which is not a network; expected one like \"10.0.0.0/8\" or \"fd00::/8\".");
        named_.push_back(*named);
    }
}

bool networks::include(const peer& who) const {
    if (!who.address || who.address->is_loopback()) return true;
    return std::ranges::any_of(named_, [&](const network& one) { return one.contains(*who.address); });
}

}  // namespace toolrack::http
