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

std::optional<fault> fault_of_claims(const claims& said, const expectations& expected, std::int64_t now) {
    if (said.issuer != expected.issuer) return fault::wrong_issuer;
    if (std::find(said.audience.begin(), said.audience.end(), expected.audience) == said.audience.end())
        return fault::wrong_audience;
    if (now >= said.expires) return fault::expired;
    if (said.issued_at > now + skew.count()) return fault::from_the_future;
    if (said.not_before && *said.not_before > now + skew.count()) return fault::not_yet_valid;
    const auto life = said.expires - said.issued_at;
    if (life <= 0 || life > expected.max_ttl.count()) return fault::lives_too_long;
    return std::nullopt;
}

std::optional<fault> fault_of_list(const claims& said, const prepared_key& key, const token::revocations& revoked) {
    if (revoked.signed_tokens.contains(said.id)) return fault::revoked;
    if (revoked.keys.contains(key.kid)) return fault::revoked_key;
    if (revoked.takes_back(said.subject, sys_seconds(std::chrono::seconds(said.issued_at))))
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

    // Both are found out before either is told, and told without a branch between them (which the compiler makes of a
    // mere "and"), so that nobody learns from the time it takes which kids there are.
    constexpr fault no_good[] = {fault::unknown_key, fault::unknown_key, fault::bad_signature};
    const auto& [key, is_known] = keys.find(*kid);
    const unsigned found = 2 * is_known + key.mac.matches(parts->signed_part, *signature);
    if (found != 3) return refusal{no_good[found]};

    // From here on it is what a holder of one of our keys wrote.
    if (const auto wrong = fault_of_key(key, now)) return refusal{*wrong};
    const auto text = base64url_decoded(parts->claims);
    if (!text) return refusal{fault::bad_encoding};
    auto said = read_claims(*text);
    if (!said) return said.error();
    if (const auto wrong = fault_of_claims(*said, expected, now)) return refusal{*wrong, said->id};
    if (const auto wrong = fault_of_list(*said, key, revoked)) return refusal{*wrong, said->id};

    const auto expires = std::min(said->expires, key.not_after.value_or(said->expires));
    return verified{std::move(*said), expires};
}

std::string sign(const claims& said, const key& with) {
    std::string token = header_segment(with.kid) + '.' + base64url(write_claims(said));
    const auto tag = mac(with.bytes.reveal()).of(token);
    token += '.';
    token += base64url({reinterpret_cast<const char*>(tag.data()), tag.size()});
    return token;
}

}  // namespace toolrack::jwt
