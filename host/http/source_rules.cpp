#include "http/source_rules.hpp"

#include <algorithm>
#include <cstring>

namespace toolrack::http {
namespace {

constexpr std::string_view unix_sockets = "unix";

std::vector<network> parse_networks(const std::vector<std::string>& written) {
    std::vector<network> all;
    for (const auto& text : written)
        if (const auto named = network::read(text)) all.push_back(*named);
    return all;
}

}  // namespace

source_rules::source_rules(const std::optional<std::vector<std::string>>& proxies,
                           const std::vector<std::string>& clear_text)
    : proxies_(parse_networks(proxies ? *proxies : clear_text)),
      unix_is_proxy_(!proxies || std::ranges::find(*proxies, unix_sockets) != proxies->end()),
      loopback_is_proxy_(!proxies) {}

bool source_rules::is_proxy(const peer& from) const {
    if (!from.address) return unix_is_proxy_;
    if (loopback_is_proxy_ && from.address->is_loopback()) return true;
    return std::ranges::any_of(proxies_, [&](const network& one) { return one.contains(*from.address); });
}

// An IPv4 address is mapped into IPv6 (RFC 4291, 2.5.5.2). A uid is placed in ff00::/8: multicast addresses are never
// peers.
std::optional<identity::source> source_rules::source_of(const peer& from) const {
    if (is_proxy(from)) return std::nullopt;
    identity::source found;
    auto* const bytes = found.bytes.data();
    if (!from.address) {
        bytes[0] = static_cast<char>(0xff);
        std::memcpy(bytes + 8, &from.uid, sizeof from.uid);
    } else if (from.address->is_v4()) {
        bytes[10] = bytes[11] = static_cast<char>(0xff);
        std::ranges::copy(from.address->to_v4().to_bytes(), bytes + 12);
    } else {
        const auto all = from.address->to_v6().to_bytes();
        std::copy_n(all.begin(), 8, bytes);
    }
    return found;
}

}  // namespace toolrack::http
