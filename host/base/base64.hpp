// Base64 (RFC 4648), strict: only canonical encodings decode, so no two texts decode to the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

// Section 4: the standard alphabet, padded.
std::optional<std::string> base64_decoded(std::string_view text);

// Section 5: the alphabet for URLs and file names, without padding.
std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace toolrack
