// Revokes the credential of a backend: its grants are no longer remembered, and its open streams are closed.
#pragma once

#include <string_view>

#include "auth/open_streams.hpp"
#include "auth/remembered_grants.hpp"

namespace toolrack::auth {

// Revokes all credentials of the backend when `credential` is empty. When this returns, no thread admits a request by
// an earlier grant. In this order: a request that still found a remembered grant is refused by the epoch of the
// streams.
inline void
revoke(remembered_grants& grants, open_streams& streams, std::string_view backend, std::string_view credential) {
    grants.revoke(backend, credential);
    streams.close_revoked(backend, credential);
}

}  // namespace toolrack::auth
