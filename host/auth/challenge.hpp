// The challenge: what a caller who was not let in is told, as RFC 6750 section 3 and MCP's
// authorization page say it. Static-token backends name no resource metadata: some clients would start
// an OAuth flow and forget the header they were configured with.
#pragma once

#include <string>

#include "wire/refusal.hpp"

namespace toolrack::auth {

// The value of WWW-Authenticate; empty for answers that carry none (400, 503).
std::string challenge(wire::refusal why);

}  // namespace toolrack::auth
