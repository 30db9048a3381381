#include "http/sources.hpp"

#include <algorithm>
#include <cstring>

namespace toolrack::http {
namespace {

constexpr std::string_view unix_sockets = "unix";

std::vector<network> read(const std::vector<std::string>& written) {
    std::vector<network> all;
    for (const auto& text : written)
        if (const auto named = network::read(text)) all.push_back(*named);
    return all;
}

}  // namespace

sources::sources(const std::optional<std::vector<std::string>>& proxies, const std::vector<std::string>& clear_text)
    : proxies_(read(proxies ? *proxies : clear_text)),
      unix_is_proxy_(!proxies || std::ranges::find(*proxies, unix_sockets) != proxies->end()),
      loopback_is_proxy_(!proxies) {}

bool sources::is_proxy(const peer& who) const {
    if (!who.address) return unix_is_proxy_;
    if (loopback_is_proxy_ && who.address->is_loopback()) return true;
    return std::ranges::any_of(proxies_, [&](const network& one) { return one.contains(*who.address); });
}

// An IPv4 address stands as RFC 4291 2.5.5.2 writes it in IPv6. In ff00::/8, where nobody is, stand the users of
// unix sockets.
std::optional<identity::source> sources::of(const peer& who) const {
    if (is_proxy(who)) return std::nullopt;
    identity::source found;
    auto* const bytes = found.bytes.data();
    if (!who.address) {
        bytes[0] = static_cast<char>(0xff);
        std::memcpy(bytes + 8, &who.uid, sizeof who.uid);
    } else if (who.address->is_v4()) {
        bytes[10] = bytes[11] = static_cast<char>(0xff);
        std::ranges::copy(who.address->to_v4().to_bytes(), bytes + 12);
    } else {
        const auto all = who.address->to_v6().to_bytes();
        std::copy_n(all.begin(), 8, bytes);
    }
    return found;
}

}  // namespace toolrack::http
