// Opaque bearer tokens: trk_ID_SECRET_CHECK, 67 characters.
//
// ID (12 characters) is public and appears in lists and logs. SECRET (43 characters, 256 bits) is known to the client
// only. CHECK (6 characters) is a CRC-32 of everything before it: it tells a truncated or mistyped token from a guess,
// and lets scanners recognise a leaked one. All three are in base 62, so that a double click selects the whole token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/secret.hpp"

namespace toolrack::token {

inline constexpr std::string_view prefix = "trk_";
inline constexpr std::size_t length = 67, id_length = 12;

// Throws failure when the random generator fails.
secret make_bearer();

// The id of a token with the right form and checksum. Empty for any other text. Does not authenticate the token.
std::optional<std::string_view> id_of(std::string_view bearer) noexcept;

bool is_id(std::string_view text) noexcept;

// The hash that the list stores. The constant salt makes it useless for other services.
sha256_digest hash_of(std::string_view bearer);

}  // namespace toolrack::token
