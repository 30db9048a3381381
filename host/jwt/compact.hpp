// The compact form of a JWT (RFC 7515 7.1): three segments with dots between them. Text only; what is in
// the segments is for others to judge.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace toolrack::jwt {

inline constexpr std::size_t longest_token = 4096;

// Views into the token.
struct compact {
    std::string_view header, claims, signature;
    std::string_view signed_part;  // the first two, with their dot
};

// Whether it has the shape, and so is meant to be one: two dots.
bool is_compact(std::string_view token) noexcept;

// Nothing when it has not, or a segment is empty.
std::optional<compact> split(std::string_view token) noexcept;

}  // namespace toolrack::jwt
