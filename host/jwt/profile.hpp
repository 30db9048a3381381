// The one kind of signed token there is here: a JWT with HS256, in a profile without choices.
//
// Compact form, header {alg: "HS256", typ: "at+jwt", kid}, claims iss, aud, sub, scope, iat, exp, jti and
// perhaps nbf. The signature is checked before any claim is looked at. Pure functions: what time it is, and
// all else that they depend on, is passed in.
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

// How far ahead of ours a minter's clock may be. An expiry has no such grace: it is a promise.
inline constexpr std::chrono::seconds skew{60};

struct expectations {
    std::string_view issuer;
    std::string_view audience;  // our canonical URI, which aud must name
    std::chrono::seconds max_ttl = usual_max_ttl;
};

struct verified {
    jwt::claims claims;
    std::int64_t expires;  // with the token, or with its key when that ends first
};

// `now` in seconds since 1970.
result<verified, refusal> verify(std::string_view token,
                                 const prepared_keys& keys,
                                 const token::revocations& revoked,
                                 const expectations& expected,
                                 std::int64_t now);

// As the claims are: what verify() would say of them is the caller's business.
std::string sign(const claims& said, const key& with);

}  // namespace toolrack::jwt
