#include "jwt/compact.hpp"

#include <algorithm>

namespace toolrack::jwt {

bool is_compact(std::string_view token) noexcept { return std::count(token.begin(), token.end(), '.') == 2; }

std::optional<compact> split(std::string_view token) noexcept {
    if (!is_compact(token)) return std::nullopt;
    const auto first = token.find('.'), last = token.rfind('.');
    const compact parts{token.substr(0, first),
                        token.substr(first + 1, last - first - 1),
                        token.substr(last + 1),
                        token.substr(0, last)};
    if (parts.header.empty() || parts.claims.empty() || parts.signature.empty()) return std::nullopt;
    return parts;
}

}  // namespace toolrack::jwt
