// Reads the bearer token from the Authorization header. Pure text: RFC 9110 11.4 (the scheme in any case) and RFC 6750
// 2.1 (the characters of a token).
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "identity/refusal.hpp"
#include "identity/request_facts.hpp"

namespace toolrack::auth {

// A view into the header; valid as long as the head of the request.
result<std::string_view, identity::refusal> bearer_token(const identity::request_facts& shown);

}  // namespace toolrack::auth
