// SHA-256, with and without a key, and random bytes, from OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace toolrack {

using sha256_digest = std::array<unsigned char, 32>;

sha256_digest sha256(std::string_view bytes);
sha256_digest hmac_sha256(const secret& key, std::string_view bytes);
std::string hex(std::string_view bytes);
std::string hex(const sha256_digest& digest);

// `bytes` random bytes as base64url without padding. Throws failure when the random generator fails.
std::string random_id(std::size_t bytes);

}  // namespace toolrack
