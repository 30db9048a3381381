// The bearer token out of an Authorization header, or why there is none to be had.
//
// RFC 9110 11.4 (scheme in any case), RFC 6750 2.1 (characters of a token). Pure text.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "identity/request_facts.hpp"
#include "identity/refusal.hpp"

namespace toolrack::auth {

// A view into the header; good while the head is.
result<std::string_view, identity::refusal> bearer_token(const identity::request_facts& shown);

}  // namespace toolrack::auth
