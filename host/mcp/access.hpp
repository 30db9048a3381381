// Whether the scopes of a caller allow the use of a feature.
#pragma once

#include "mcp/invocation.hpp"
#include "mcp/request_context.hpp"

namespace toolrack::mcp {

// False when the request was refused: a 403 in every version, before the arguments are looked at. (RFC 6750 3.1;
// 2026-07-28 and 2025-11-25, basic/authorization, "Scope Challenge Handling".)
bool may_use(const request_context& request, const invocation_target& target);

}  // namespace toolrack::mcp
