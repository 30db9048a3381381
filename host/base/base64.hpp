// Base64 (RFC 4648), strictly: only what encoding would have written decodes, so no two texts stand for
// the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

// Section 4, the common alphabet, padded.
std::optional<std::string> base64_decoded(std::string_view text);

// Section 5, the alphabet for URLs and file names, without padding.
std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace toolrack
