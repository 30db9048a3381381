// The challenge: what a caller who was not let in is told, as RFC 6750 section 3 and MCP's
// authorization page say it. Where only static tokens are taken it names no resource metadata: some
// clients would start an OAuth flow and forget the header they were configured with. Nor does it name scopes then
// to who shows no token: there is nobody to ask for them, and what they are is no stranger's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/refusal.hpp"

namespace toolrack::auth {

// The value of WWW-Authenticate; empty for answers that carry none (400, 503). A 429 has one, so that a client whose
// token expired where others fail learns what to do. `metadata` is where the
// protected resource says which authorization servers it trusts; empty when it trusts none. `scopes`, with blanks
// between them, are those that a first token should have, as such a server is asked for them.
std::string challenge(identity::refusal why, std::string_view metadata = {}, std::string_view scopes = {});

// Of a 403 for who was let in and may not do this: all that it takes, also what this caller has, because
// a client asks for its next token with what stands here.
std::string scope_challenge(const std::vector<std::string>& required, std::string_view metadata = {});

}  // namespace toolrack::auth
