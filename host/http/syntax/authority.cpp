#include "http/syntax/authority.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace toolrack::http {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Narrower than RFC 3986's reg-name: no reachable host needs percent-encoding or sub-delims.
bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
}

bool is_bracketed_address(std::string_view host) {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
    const auto inside = host.substr(1, host.size() - 2);
    return std::ranges::all_of(inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

std::optional<unsigned short> parse_port(std::string_view digits) {
    unsigned short port = 0;
    const auto end = digits.data() + digits.size();
    const auto [stopped, wrong] = std::from_chars(digits.data(), end, port);
    if (wrong != std::errc{} || stopped != end || port == 0 || digits.front() == '0') return {};
    return port;
}

}  // namespace

std::optional<authority> parse_authority(std::string_view text) noexcept {
    authority found;
    const auto bracket = text.find(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    found.host = text.substr(0, colon);
    if (colon != std::string_view::npos) {
        found.port = parse_port(text.substr(colon + 1));
        if (!found.port) return std::nullopt;
    }
    if (found.host.empty()) return std::nullopt;
    const bool is_named = std::ranges::all_of(found.host, is_name_character);
    if (!is_named && !is_bracketed_address(found.host)) return std::nullopt;
    return found;
}

bool is_plausible_host(const authority& host) noexcept {
    constexpr std::size_t max_name = 253, max_label = 63, max_without_dot = 31, max_top_level = 24;
    auto left = host.host;
    if (left.size() > max_name) return false;
    if (left.find(':') != left.npos) return true;  // an address
    if (left.find('.') == left.npos) return left.size() <= max_without_dot;
    for (;;) {
        const auto dot = left.find('.');
        if (left.substr(0, dot).size() > max_label) return false;
        if (dot == left.npos) return left.size() <= max_top_level;  // no top-level domain is longer
        left.remove_prefix(dot + 1);
    }
}

}  // namespace toolrack::http
