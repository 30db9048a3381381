#include "http/syntax/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/text.hpp"

namespace toolrack::http {
namespace {

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    while (!text.empty()) {
        unsigned char byte = 0;
        const bool is_escape = text.size() >= 3 && text[0] == '%' &&
                               std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
        decoded += is_escape ? static_cast<char>(byte) : text[0];
        text.remove_prefix(is_escape ? 3 : 1);
    }
    return decoded;
}

bool is_token_key(std::string_view key) {
    constexpr std::array<std::string_view, 6> keys{
        "access_token", "token", "mcp_auth_token", "auth_token", "bearer_token", "authorization"};
    auto plain = percent_decoded(key);
    std::ranges::replace(plain, '-', '_');
    return std::ranges::any_of(keys, [&](std::string_view each) { return equals_ignoring_case(plain, each); });
}

}  // namespace

bool has_token_parameter(std::string_view query) {
    while (!query.empty()) {
        const auto end = std::min(query.find_first_of("&;"), query.size());
        const auto pair = query.substr(0, end);
        if (is_token_key(pair.substr(0, pair.find('=')))) return true;
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return false;
}

}  // namespace toolrack::http
