// The head of one HTTP/1.1 request, parsed and found well-formed. Views into the connection's
// buffer.
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
    std::string_view value;  // without white space around it
};

// The fields that may stand once in a head, and that somebody in this server looks at. Two of one
// kind are two readers who disagree about which one counts, so they are refused.
enum class single : std::uint8_t {
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
inline constexpr std::size_t kinds_of_single = 15;

// Which of them a field name (in any case) is; nothing for all others.
std::optional<single> single_named(std::string_view name) noexcept;

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

    std::optional<std::string_view> find(single which) const noexcept {
        return singles[static_cast<std::size_t>(which)];
    }
    // The value of a field that may stand once (name in any case); nothing when it is absent.
    std::optional<std::string_view> find(std::string_view name) const noexcept;

    std::array<std::optional<std::string_view>, kinds_of_single> singles;
};

}  // namespace toolrack::http
