// The parsed, well-formed head of one HTTP/1.1 request. Views into the connection's buffer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace toolrack::http {

struct field {
    std::string_view name;
    std::string_view value;  // without surrounding white space
};

// Fields that may occur once (RFC 9110, 5.5) and that this server reads. Two parsers in a row can disagree about which
// of two values counts, so a second one is refused.
enum class singleton_field : std::uint8_t {
    host,
    authorization,
    origin,
    content_type,
    content_length,
    content_encoding,
    transfer_encoding,
    expect,
    upgrade,
    sec_fetch_site,
    last_event_id,
    mcp_protocol_version,
    mcp_method,
    mcp_name,
    mcp_session_id
};
inline constexpr std::size_t singleton_field_count = 15;

// The singleton field of that name, in any case; nothing for other names.
std::optional<singleton_field> singleton_field_named(std::string_view name) noexcept;

struct head {
    std::string_view method;  // "POST", ...
    std::string_view target;  // as sent
    std::string_view path;    // without query
    std::string_view query;   // after the '?', else empty
    bool is_http_1_0 = false;
    std::vector<field> fields;

    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool expects_continue = false;
    bool keep_alive = true;

    bool has_body() const noexcept { return chunked || content_length.value_or(0) > 0; }

    std::optional<std::string_view> find(singleton_field which) const noexcept {
        return singletons[static_cast<std::size_t>(which)];
    }
    // The value of the first field of that name, in any case.
    std::optional<std::string_view> find(std::string_view name) const noexcept;

    std::array<std::optional<std::string_view>, singleton_field_count> singletons;
};

}  // namespace toolrack::http
