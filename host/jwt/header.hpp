// The header of a token: exactly alg, typ and kid, of which only kid varies.
//
// The header only selects the key that verifies the signature. It cannot select an algorithm, name a file or a URL, or
// contain a key.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "jwt/fault.hpp"

namespace toolrack::jwt {

// 1 to 32 of A-Z a-z 0-9 _ -
bool is_kid(std::string_view text) noexcept;

// The first segment of every token that is signed with this key here.
std::string header_segment(std::string_view kid);

// Accepts any order of the members, because other issuers use others. The time does not depend on whether the key
// exists.
result<std::string, fault> read_kid(std::string_view segment);

}  // namespace toolrack::jwt
