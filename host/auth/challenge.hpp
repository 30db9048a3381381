// The challenge of a refused request: the value of WWW-Authenticate. (RFC 6750 3; MCP, basic/authorization.)
//
// With static tokens only, it names neither resource metadata nor scopes: some clients would start an OAuth flow and
// ignore their configured header, and scopes are not disclosed to unauthenticated clients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/refusal.hpp"

namespace toolrack::auth {

// Empty for a status without a challenge (400, 503). A 429 has one, so that a client whose token expired behind a
// shared address knows what to do. `metadata` is the URL of the protected resource metadata, and `scopes`, separated by
// spaces, are those to request for a first token; both are empty when there is no authorization server.
std::string challenge(identity::refusal why, std::string_view metadata = {}, std::string_view scopes = {});

// For a 403 insufficient_scope. It names all scopes that the feature requires, also those that the caller has, because
// a client requests exactly these for its next token.
std::string scope_challenge(const std::vector<std::string>& required, std::string_view metadata = {});

}  // namespace toolrack::auth
