// Parses the "host:port" of a Host field, an origin or a URL by one strict grammar.
#pragma once

#include <optional>
#include <string_view>

namespace toolrack::http {

// Views into the parsed text.
struct authority {
    std::string_view host;               // "localhost", "127.0.0.1", "[::1]"
    std::optional<unsigned short> port;  // nothing when absent
};

// Nothing unless the text is exactly host[:port]. Refuses user information, an empty host or port, a port outside 1 to
// 65535, a bare IPv6 address, and characters that no host name has.
std::optional<authority> parse_authority(std::string_view text) noexcept;

// Whether the host can be a real host name: no label, and no name without a dot, is as long as a secret. An implausible
// host is not quoted in answers or logs, because some clients put their token into the wrong field.
bool is_plausible_host(const authority& host) noexcept;

}  // namespace toolrack::http
