// Where a request comes from, as far as limits go: an IPv4 address, the /64 that an IPv6 host has for itself, or
// a user of this machine who came by a unix socket.
#pragma once

#include <array>
#include <compare>
#include <string_view>

namespace toolrack::identity {

struct source {
    std::array<char, 16> bytes{};

    auto operator<=>(const source&) const = default;
    std::string_view text() const noexcept { return {bytes.data(), bytes.size()}; }
};

}  // namespace toolrack::identity
