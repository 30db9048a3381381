// The claims of a token, as far as we know them: read strictly, written in one order.
//
// A claim that is not listed here is ignored (RFC 7519 4): foreign minters add client_id, azp and more. But
// for cnf, which binds the token to a key of its holder: whoever cannot check that must not accept it.
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
    std::string issuer;                 // iss
    std::vector<std::string> audience;  // aud
    std::string subject;                // sub
    std::vector<std::string> scopes;    // scope
    std::int64_t issued_at = 0;         // iat
    std::optional<std::int64_t> not_before;  // nbf
    std::int64_t expires = 0;           // exp
    std::string id;                     // jti

    bool operator==(const claims&) const = default;
};

// Checks form only: what the values are worth is for the profile to say. When a claim is not usable but
// the jti is, the refusal has it.
result<claims, refusal> read_claims(std::string_view text);
std::string write_claims(const claims& said);

// Without white space and control characters, so that a line of the revocation list can name it: what
// could not be revoked is not let in.
bool is_subject(std::string_view text) noexcept;
bool is_id(std::string_view text) noexcept;
bool is_scope(std::string_view text) noexcept;  // a scope-token of RFC 6749 3.3

}  // namespace toolrack::jwt
