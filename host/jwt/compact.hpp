// The compact form of a JWT (RFC 7515 7.1): three segments separated by dots. Splits the text and does not look into
// the segments.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace toolrack::jwt {

inline constexpr std::size_t longest_token = 4096;

// Views into the token.
struct compact {
    std::string_view header, claims, signature;
    std::string_view signed_part;  // the first two segments and the dot between them
};

// Two dots: the text is meant to be a JWT.
bool is_compact(std::string_view token) noexcept;

// Empty when the text is not compact or a segment is empty.
std::optional<compact> split(std::string_view token) noexcept;

}  // namespace toolrack::jwt
