// The "host:port" of a Host field, an origin or a URL, taken apart by one strict grammar.
#pragma once

#include <optional>
#include <string_view>

namespace toolrack::http {

// Views into what was parsed.
struct authority {
    std::string_view host;               // "localhost", "127.0.0.1", "[::1]"
    std::optional<unsigned short> port;  // nothing when none was given
};

// Nothing for what is not exactly host[:port]: user information, an empty host or port, a port that
// is no number from 1 to 65535, a bare IPv6 address, or characters that no name has.
std::optional<authority> parse_authority(std::string_view text) noexcept;

// Whether people would call a host so: no label, and no name without a dot, is as long as secrets are. What is not
// so is not said again, because some put their token into the wrong field.
bool is_nameable(const authority& host) noexcept;

}  // namespace toolrack::http
