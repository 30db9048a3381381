// HTTP responses for requests that the gate or the limits refuse.
#pragma once

#include "auth/caller_limits.hpp"
#include "auth/gate.hpp"
#include "auth/protected_resource.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::app {

// With a challenge where one helps the client (RFC 6750, 3).
http::rejection make_rejection(const auth::denial& denial, const auth::protected_resource& resource);

// 429 with Retry-After.
http::rejection make_rejection(const auth::limit_exceeded& exceeded);

}  // namespace toolrack::app
