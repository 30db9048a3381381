// The challenge: what a caller who was not let in is told, as RFC 6750 section 3 and MCP's
// authorization page say it. Where only static tokens are taken it names no resource metadata: some
// clients would start an OAuth flow and forget the header they were configured with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/refusal.hpp"

namespace toolrack::auth {

// The value of WWW-Authenticate; empty for answers that carry none (400, 503). A 429 has one, so that a client whose
// token expired where others fail learns what to do. `metadata` is where the
// protected resource says which authorization servers it trusts; empty when it trusts none.
std::string challenge(wire::refusal why, std::string_view metadata = {});

// Of a 403 for who was let in and may not do this: all that it takes, also what this caller has, because
// a client asks for its next token with what stands here.
std::string scope_challenge(const std::vector<std::string>& required, std::string_view metadata = {});

}  // namespace toolrack::auth
