#include "jwt/profile.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "jwt/compact.hpp"
#include "jwt/header.hpp"

namespace toolrack::jwt {
namespace {

std::optional<fault> fault_of_key(const prepared_key& key, std::int64_t now) {
    if (key.state == key_state::retired) return fault::retired_key;
    if (!key.is_accepted_at(now)) return fault::expired_key;
    return std::nullopt;
}

std::optional<fault> fault_of_claims(const claims& claims, const expectations& expected, std::int64_t now) {
    if (claims.issuer != expected.issuer) return fault::wrong_issuer;
    if (std::find(claims.audience.begin(), claims.audience.end(), expected.audience) == claims.audience.end())
        return fault::wrong_audience;
    if (now >= claims.expires) return fault::expired;
    if (claims.issued_at > now + skew.count()) return fault::from_the_future;
    if (claims.not_before && *claims.not_before > now + skew.count()) return fault::not_yet_valid;
    const auto lifetime = claims.expires - claims.issued_at;
    if (lifetime <= 0 || lifetime > expected.max_ttl.count()) return fault::lives_too_long;
    return std::nullopt;
}

std::optional<fault>
fault_of_revocation(const claims& claims, const prepared_key& key, const token::revocations& revoked) {
    if (revoked.signed_tokens.contains(claims.id)) return fault::revoked;
    if (revoked.keys.contains(key.kid)) return fault::revoked_key;
    if (revoked.is_principal_revoked(claims.subject, sys_seconds(std::chrono::seconds(claims.issued_at))))
        return fault::revoked_principal;
    return std::nullopt;
}

}  // namespace

result<verified, refusal> verify(std::string_view token,
                                 const prepared_keys& keys,
                                 const token::revocations& revoked,
                                 const expectations& expected,
                                 std::int64_t now) {
    if (token.size() > longest_token) return refusal{fault::too_long};
    const auto parts = split(token);
    if (!parts) return refusal{fault::not_compact};
    const auto kid = read_kid(parts->header);
    if (!kid) return refusal{kid.error()};
    const auto signature = base64url_decoded(parts->signature);
    if (!signature) return refusal{fault::bad_encoding};

    // Both are determined before either is used, and without a branch (which the compiler would make of a plain "and"),
    // so that the time does not reveal which kids exist.
    constexpr fault faults[] = {fault::unknown_key, fault::unknown_key, fault::bad_signature};
    const auto& [key, is_known] = keys.find(*kid);
    const unsigned found = 2 * is_known + key.mac.matches(parts->signed_part, *signature);
    if (found != 3) return refusal{faults[found]};

    // From here on the content comes from a holder of the key.
    if (const auto wrong = fault_of_key(key, now)) return refusal{*wrong};
    const auto text = base64url_decoded(parts->claims);
    if (!text) return refusal{fault::bad_encoding};
    auto claims = read_claims(*text);
    if (!claims) return claims.error();
    if (const auto wrong = fault_of_claims(*claims, expected, now)) return refusal{*wrong, claims->id};
    if (const auto wrong = fault_of_revocation(*claims, key, revoked)) return refusal{*wrong, claims->id};

    const auto expires = std::min(claims->expires, key.not_after.value_or(claims->expires));
    return verified{std::move(*claims), expires};
}

std::string sign(const claims& claims, const key& key) {
    std::string token = header_segment(key.kid) + '.' + base64url(write_claims(claims));
    const auto tag = mac(key.bytes.reveal()).of(token);
    token += '.';
    token += base64url({reinterpret_cast<const char*>(tag.data()), tag.size()});
    return token;
}

}  // namespace toolrack::jwt
