// The tokens that we make: trk_ID_SECRET_CHECK, 67 characters that scanners can find and people can name.
//
// ID (12 characters) is public and stands in lists and logs; SECRET (43, 256 bits) never leaves its
// holder; CHECK (6) is a CRC-32 of all before it, so that a token that was cut or mistyped is told from a
// guess, and a leaked one from any other text. All in base 62, so that a double click selects the whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/secret.hpp"

namespace toolrack::token {

inline constexpr std::string_view prefix = "trk_";
inline constexpr std::size_t length = 67, id_length = 12;

// Throws failure when the system gives no random bytes.
secret make_bearer();

// The id in a token of ours, whose shape and check are right; nothing else is known of it yet.
std::optional<std::string_view> id_of(std::string_view bearer) noexcept;

bool is_id(std::string_view text) noexcept;

// What is kept of a token. Salted with a constant, so that the hash of a token is of no use elsewhere.
sha256_digest hash_of(std::string_view bearer);

}  // namespace toolrack::token
