// Signed tokens: a token is accepted only if a key of the ring has signed it, and claims are read as signed.
//
// The first line of the input is a header, the rest are claims. The whole input is also checked as a token.
#include <string>

#include "base/base64.hpp"
#include "jwt/compact.hpp"
#include "jwt/header.hpp"
#include "jwt/profile.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr std::int64_t now = 1'800'000'000;
constexpr jwt::expectations expected{.issuer = "toolrack", .audience = "https://tools.example.com/mcp"};

jwt::key key_of(std::string kid, jwt::key_state state, char fill) {
    jwt::key made;
    made.kid = std::move(kid);
    made.bytes = secret(std::string(jwt::key_bytes, fill));
    made.state = state;
    made.created = now;
    return made;
}

jwt::key_ring ring() {
    jwt::key_ring made;
    made.keys().push_back(key_of("k1", jwt::key_state::active, 'a'));
    made.keys().push_back(key_of("k2", jwt::key_state::verify, 'b'));
    made.keys().back().not_after = now + 60;
    made.keys().push_back(key_of("old", jwt::key_state::retired, 'c'));
    return made;
}

const jwt::key_ring& keys() {
    static const auto made = ring();
    return made;
}
const jwt::prepared_keys& prepared() {
    static const jwt::prepared_keys made(keys());
    return made;
}
const token::revocations& revoked() {
    static const auto made =
        token::parse_revocations("2026-11-22T10:00:00Z jti gone\n2026-11-22T10:00:00Z principal-before mallory\n");
    return made.revoked;
}

result<jwt::verified, jwt::refusal> verify(std::string_view token) {
    const fuzz::exact_copy alone(token);
    auto made = jwt::verify(alone, prepared(), revoked(), expected, now);
    if (!made) {
        const auto sentence = jwt::to_string(made.error());
        require(fuzz::is_presentable(sentence), "a rejection is one line of text");
    }
    return made;
}

// A token with a valid signature over any header and claims.
std::string signed_with(const jwt::key& key, const std::string& header, const std::string& payload) {
    const auto tag = jwt::mac(key.bytes.reveal()).of(header + '.' + payload);
    return header + '.' + payload + '.' + base64url({reinterpret_cast<const char*>(tag.data()), tag.size()});
}

void check_accepted(const jwt::verified& who) {
    const auto& claims = who.claims;
    require(claims.issuer == expected.issuer, "an accepted token has the expected issuer");
    require(std::ranges::find(claims.audience, expected.audience) != claims.audience.end(),
            "an accepted token has the expected audience");
    require(claims.expires > now && claims.issued_at <= now + 60 && claims.not_before.value_or(0) <= now + 60,
            "an accepted token is valid now");
    require(claims.expires - claims.issued_at <= expected.max_ttl.count() && claims.expires > claims.issued_at,
            "an accepted token is within the maximum lifetime");
    require(who.expires <= claims.expires && who.expires > now, "a grant does not outlive its token");
    require(claims.id != "gone", "a revoked token is rejected");
    require(jwt::is_subject(claims.subject) && jwt::is_id(claims.id), "the subject and the id are valid");
}

void check_token(std::string_view text) {
    const auto parts = jwt::split(text);
    require(!parts || jwt::is_compact(text), "a split token has two dots");
    if (parts)
        require(std::string(parts->header).append(".").append(parts->claims).append(".").append(parts->signature) ==
                        text &&
                    parts->signed_part == text.substr(0, text.rfind('.')),
                "the parts of a token form the whole token");
    const auto made = verify(text);
    if (!made) return;
    bool is_signed = false;
    for (const auto& key : keys().keys())
        is_signed |= signed_with(key, std::string(parts->header), std::string(parts->claims)) == text;
    require(is_signed, "an accepted token is signed by a key of the ring");
    check_accepted(*made);
}

void check_claims(std::string_view text) {
    if (text.empty()) return;  // no token has an empty part
    const auto token = signed_with(keys().keys().front(), jwt::header_segment("k1"), base64url(text));
    const auto claims = jwt::read_claims(text);
    const auto accepted = verify(token);
    if (token.size() > jwt::longest_token) return require(!accepted, "a token beyond the limit is rejected");
    if (!claims)
        return require(!accepted && accepted.error() == claims.error(),
                       "a token with invalid claims is rejected for the same reason");
    require(jwt::read_claims(jwt::write_claims(*claims)) == *claims, "claims are read as written");
    const auto reencoded = verify(jwt::sign(*claims, keys().keys().front()));
    require(accepted.has_value() == reencoded.has_value(), "re-encoded claims have the same result");
    if (!accepted)
        return require(accepted.error() == reencoded.error(), "re-encoded claims are rejected for the same reason");
    require(accepted->claims == *claims && reencoded->claims == *claims && accepted->expires == reencoded->expires,
            "claims are read as signed");
    check_accepted(*accepted);
    if (fuzz::dice(text).roll(4) != 1) return;  // the following checks are slow

    auto forged = token;
    forged[token.rfind('.') - 1] = forged[token.rfind('.') - 1] == 'A' ? 'Q' : 'A';
    require(!verify(forged), "a changed signature is rejected");
    require(!verify(signed_with(keys().keys().back(), jwt::header_segment("old"), base64url(text))),
            "a retired key is not accepted");
    require(!verify(signed_with(keys().keys().back(), jwt::header_segment("k1"), base64url(text))),
            "a key is accepted only with its own kid");
}

void check_header(std::string_view text) {
    if (text.empty()) return;
    const auto segment = base64url(text);
    const auto kid = jwt::read_kid(segment);
    const auto claims = base64url(R"({"iss":"toolrack","aud":"https://tools.example.com/mcp","sub":"ann","scope":"a",)"
                                  R"("iat":1799999999,"exp":1800000100,"jti":"1"})");
    const auto accepted = verify(signed_with(keys().keys().front(), segment, claims));
    require(accepted.has_value() == (kid.has_value() && *kid == "k1"), "a header determines only the key");
    if (kid) require(jwt::is_kid(*kid) && jwt::read_kid(jwt::header_segment(*kid)) == *kid, "a kid is read as written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    check_token(text);
    const auto line = std::min(text.find('\n'), text.size());
    check_header(text.substr(0, line));
    check_claims(text.substr(std::min(line + 1, text.size())));
    return 0;
}
