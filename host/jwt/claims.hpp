// The claims of a token that are used here, read strictly and written in one order.
//
// Other claims are ignored (RFC 7519 4): other issuers add client_id, azp and more. Exception: a token with cnf is
// refused. cnf binds a token to a key of its client, and this binding cannot be verified here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "jwt/fault.hpp"

namespace toolrack::jwt {

// Times in seconds since 1970.
struct claims {
    std::string issuer;                      // iss
    std::vector<std::string> audience;       // aud
    std::string subject;                     // sub
    std::vector<std::string> scopes;         // scope
    std::int64_t issued_at = 0;              // iat
    std::optional<std::int64_t> not_before;  // nbf
    std::int64_t expires = 0;                // exp
    std::string id;                          // jti

    bool operator==(const claims&) const = default;
};

// Checks the form of the claims; the profile checks their values. The refusal has the jti if it is usable.
result<claims, refusal> read_claims(std::string_view text);
std::string write_claims(const claims& claims);

// Without white space and unprintable characters, so that a line of the revocation list can name it: a token that could
// not be revoked is not accepted.
bool is_subject(std::string_view text) noexcept;
bool is_id(std::string_view text) noexcept;

}  // namespace toolrack::jwt
