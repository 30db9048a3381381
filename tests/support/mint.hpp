// Signed tokens and keys for tests: valid ones, and forged ones.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/base64.hpp"
#include "jwt/header.hpp"
#include "jwt/profile.hpp"

namespace toolrack::test {

inline constexpr std::int64_t noon = 1'800'000'000;
inline constexpr std::string_view here = "https://tools.example.com/mcp";

inline jwt::key key_named(std::string kid, jwt::key_state state = jwt::key_state::active) {
    auto made = jwt::make_key(noon);
    made.kid = std::move(kid);
    made.state = state;
    return made;
}

inline jwt::claims claims_of(std::string subject = "alice") {
    return {.issuer = "toolrack",
            .audience = {std::string(here)},
            .subject = std::move(subject),
            .scopes = {"orders:read", "tools"},
            .issued_at = noon,
            .not_before = {},
            .expires = noon + 3600,
            .id = "4f1c9a0d27b35e68f00c1d2e"};
}

// A key ring with one active key, and the expectations for its tokens.
class mint {
public:
    explicit mint(std::string kid = "k1") { ring.keys().push_back(key_named(std::move(kid))); }

    const jwt::key& key() const { return ring.keys().front(); }

    std::string token(const jwt::claims& said = claims_of()) const { return jwt::sign(said, key()); }

    // A valid signature over any header and claims.
    std::string signed_over(std::string_view header, std::string_view claims) const {
        return signed_segments(base64url(header), base64url(claims));
    }
    std::string signed_segments(const std::string& header, const std::string& claims) const {
        const auto tag = jwt::mac(key().bytes.reveal()).of(header + '.' + claims);
        return header + '.' + claims + '.' + base64url({reinterpret_cast<const char*>(tag.data()), tag.size()});
    }
    std::string with_claims(std::string_view claims) const {
        return signed_segments(jwt::header_segment(key().kid), base64url(claims));
    }
    std::string with_header(std::string_view header) const {
        return signed_over(header, jwt::write_claims(claims_of()));
    }

    result<jwt::verified, jwt::refusal> check(std::string_view token, std::int64_t now = noon) const {
        return jwt::verify(token, jwt::prepared_keys(ring), revoked, expected, now);
    }
    bool accepts(std::string_view token, std::int64_t now = noon) const { return check(token, now).has_value(); }
    jwt::fault fault_of(std::string_view token, std::int64_t now = noon) const { return check(token, now).error().why; }

    jwt::key_ring ring;
    token::revocations revoked;
    jwt::expectations expected{.issuer = "toolrack", .audience = here};
};

}  // namespace toolrack::test
