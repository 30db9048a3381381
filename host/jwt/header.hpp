// The header of a token: exactly alg, typ and kid, of which only kid may vary.
//
// All that is ever learned from a header is which of our keys to check the signature with. It chooses no
// algorithm, names no file and no URL, and brings no key.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "jwt/fault.hpp"

namespace toolrack::jwt {

// 1 to 32 of A-Z a-z 0-9 _ -
bool is_kid(std::string_view text) noexcept;

// The first segment of every token that we sign with this key.
std::string header_segment(std::string_view kid);

// The kid of a segment, which somebody else may have written, in another order. How long it takes has nothing to do
// with whether there is such a key.
result<std::string, fault> read_kid(std::string_view segment);

}  // namespace toolrack::jwt
