// The source of a request, for limits: an IPv4 address, the /64 network of an IPv6 address, or the user id of a
// process on this machine that connected to a unix socket.
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
