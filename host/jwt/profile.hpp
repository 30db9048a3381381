// The only accepted kind of signed token: a JWT with HS256, in a profile without options.
//
// Compact form, header {alg: "HS256", typ: "at+jwt", kid}, claims iss, aud, sub, scope, iat, exp, jti and an optional
// nbf. The signature is verified before any claim is read. Pure functions: the time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "jwt/claims.hpp"
#include "jwt/fault.hpp"
#include "jwt/key_ring.hpp"
#include "jwt/prepared_keys.hpp"
#include "token/revocations.hpp"

namespace toolrack::jwt {

inline constexpr std::chrono::seconds usual_max_ttl = std::chrono::hours(24);
inline constexpr std::chrono::seconds longest_max_ttl = std::chrono::hours(24 * 90);
inline constexpr std::string_view usual_issuer = "toolrack";

// How far the clock of an issuer may be ahead. Not applied to exp.
inline constexpr std::chrono::seconds skew{60};

struct expectations {
    std::string_view issuer;
    std::string_view audience;  // canonical URI of this server; aud must name it
    std::chrono::seconds max_ttl = usual_max_ttl;
};

struct verified {
    jwt::claims claims;
    std::int64_t expires;  // of the token, or not_after of its key when that is earlier
};

// `now` in seconds since 1970.
result<verified, refusal> verify(std::string_view token,
                                 const prepared_keys& keys,
                                 const token::revocations& revoked,
                                 const expectations& expected,
                                 std::int64_t now);

// Does not check whether verify() accepts the claims.
std::string sign(const claims& claims, const key& key);

}  // namespace toolrack::jwt
