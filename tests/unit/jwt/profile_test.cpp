#include <string>
#include <vector>

#include "catch.hpp"
#include "jwt/compact.hpp"
#include "mint.hpp"

using namespace toolrack;
using jwt::fault;
using test::claims_of;
using test::here;
using test::mint;
using test::noon;

namespace {

// The claims of a valid token, with `member` in place of the claim `name`, or added when `name` is empty.
std::string with(const std::string& name, const std::string& member) {
    const std::vector<std::pair<std::string, std::string>> usual{{"iss", R"("iss":"toolrack")"},
                                                                 {"aud", R"("aud":"https://tools.example.com/mcp")"},
                                                                 {"sub", R"("sub":"alice")"},
                                                                 {"scope", R"("scope":"orders:read")"},
                                                                 {"iat", R"("iat":1800000000)"},
                                                                 {"exp", R"("exp":1800003600)"},
                                                                 {"jti", R"("jti":"4f1c9a0d27")"}};
    std::string text;
    const auto add = [&](const std::string& one) {
        if (!one.empty()) text += (text.empty() ? "{" : ",") + one;
    };
    for (const auto& [key, one] : usual) add(key == name ? member : one);
    if (name.empty()) add(member);
    return text + "}";
}

std::string header_for(const mint& by, const std::string& more = "") {
    return R"({"alg":"HS256","typ":"at+jwt","kid":")" + by.key().kid + "\"" + more + "}";
}

}  // namespace

TEST_CASE("a signed token is verified with the same claims") {
    const mint by;
    const auto yes = by.check(by.token());
    REQUIRE(yes.has_value());
    CHECK(yes->claims == claims_of());
    CHECK(yes->expires == claims_of().expires);

    auto many = claims_of("auth0|J\xC3\xBCrgen");
    many.audience = {"https://elsewhere.example.com", std::string(here)};
    many.not_before = noon - 5;
    const auto also = by.check(by.token(many));
    REQUIRE(also.has_value());
    CHECK(also->claims == many);
}

TEST_CASE("every single flipped bit makes a token refused") {
    const mint by;
    const std::string good = by.token();
    REQUIRE(by.accepts(good));
    for (std::size_t at = 0; at != good.size(); ++at) {
        for (int bit = 0; bit != 8; ++bit) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
            CAPTURE(at, bit);
            REQUIRE_FALSE(by.accepts(bad));
        }
    }
}

TEST_CASE("every truncated or extended token is refused") {
    const mint by;
    const std::string good = by.token();
    for (std::size_t size = 0; size != good.size(); ++size) REQUIRE_FALSE(by.accepts(good.substr(0, size)));
    for (const char* more : {"A", "=", "==", ".", ".A", " ", "\n", "AAAA"}) CHECK_FALSE(by.accepts(good + more));
    for (const char* before : {" ", ".", "A", "Bearer "}) CHECK_FALSE(by.accepts(before + good));
}

TEST_CASE("a token is three non-empty segments of at most 4 KiB") {
    const mint by;
    for (const char* text : {"", ".", "..", "...", "a", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "a.b.c.d.e"})
        CHECK(by.fault_of(text) == fault::not_compact);
    CHECK(by.fault_of(std::string(jwt::longest_token + 1, 'A')) == fault::too_long);
    CHECK(by.fault_of(std::string(5'000'000, '.')) == fault::too_long);

    auto long_one = claims_of();
    while (by.token(long_one).size() <= jwt::longest_token - 40)
        long_one.scopes.push_back("a-rather-long-scope-that-fills:it");
    CHECK(by.accepts(by.token(long_one)));
    for (int n = 0; n != 3; ++n) long_one.scopes.push_back("a-rather-long-scope-that-fills:it");
    CHECK(by.fault_of(by.token(long_one)) == fault::too_long);
}

TEST_CASE("only canonical base64url is accepted") {
    const mint by;
    const std::string header = jwt::header_segment("k1");
    // With one more byte, so that the last character has two unused bits.
    const std::string claims = base64url(with("", R"("x":"12")"));
    REQUIRE(by.accepts(by.signed_segments(header, claims)));
    CHECK(by.fault_of(by.signed_segments(header, claims + "=")) == fault::bad_encoding);
    CHECK(by.fault_of(by.signed_segments(header, claims + "\n")) == fault::bad_encoding);
    CHECK(by.fault_of(by.signed_segments(header, claims.substr(0, 8) + " " + claims.substr(8))) == fault::bad_encoding);
    CHECK(by.fault_of(by.signed_segments(header, claims.substr(0, 8) + "+/" + claims.substr(8))) ==
          fault::bad_encoding);
    CHECK(by.fault_of(by.signed_segments(header + "=", claims)) == fault::bad_encoding);

    // The unused bits of the last character of the signature.
    std::string token = by.token();
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto last = alphabet.find(token.back());
    for (std::size_t unused = 1; unused != 4; ++unused) {
        token.back() = alphabet[last + unused];
        CHECK(by.fault_of(token) == fault::bad_encoding);
    }
}

TEST_CASE("a header is exactly alg, typ and kid, in any order") {
    const mint by;
    CHECK(by.accepts(by.with_header(header_for(by))));
    CHECK(by.accepts(by.with_header(R"({"kid":"k1","typ":"at+jwt","alg":"HS256"})")));
    CHECK(by.accepts(by.with_header(R"( { "typ" : "at+jwt", "alg" : "HS256", "kid" : "k1" } )")));

    for (const char* more : {R"(,"crit":["exp"])",
                             R"(,"crit":[])",
                             R"(,"b64":false)",
                             R"(,"b64":true)",
                             R"(,"jwk":{"kty":"oct","k":"AAAA"})",
                             R"(,"jku":"https://evil.example.com/keys")",
                             R"(,"x5u":"https://evil.example.com/cert")",
                             R"(,"x5c":["AAAA"])",
                             R"(,"x5t":"AAAA")",
                             R"(,"x5t#S256":"AAAA")",
                             R"(,"zip":"DEF")",
                             R"(,"enc":"A128GCM")",
                             R"(,"cty":"JWT")",
                             R"(,"p2c":1000000)",
                             R"(,"x":1)",
                             R"(,"alg":"HS256")",
                             R"(,"kid":"k2")",
                             R"(,"\u0061lg":"HS256")",
                             ",\"\":1"}) {
        CAPTURE(more);
        CHECK(by.fault_of(by.with_header(header_for(by, more))) == fault::bad_header);
    }
    for (const char* header : {"",
                               "null",
                               "[]",
                               "1",
                               "\"HS256\"",
                               "{}",
                               "{",
                               "not JSON",
                               "\xFF\xFE",
                               R"({"alg":"HS256","typ":"at+jwt"})",
                               R"({"alg":"HS256","kid":"k1"})",
                               R"({"typ":"at+jwt","kid":"k1"})",
                               R"({"alg":256,"typ":"at+jwt","kid":"k1"})",
                               R"({"alg":["HS256"],"typ":"at+jwt","kid":"k1"})",
                               R"({"alg":null,"typ":"at+jwt","kid":"k1"})",
                               R"({"alg":"HS256","typ":"at+jwt","kid":7})",
                               R"({"alg":"HS\u0032\u0035\u0036","typ":"at+jwt","kid":"k1"})",
                               R"({"ALG":"HS256","typ":"at+jwt","kid":"k1"})",
                               R"({"alg":"HS256","typ":"at+jwt","kid":"k1"} {})"}) {
        CAPTURE(header);
        CHECK_FALSE(by.accepts(by.with_header(header)));
    }
    CHECK(by.fault_of(by.with_header(header_for(by) + std::string(300, ' '))) == fault::bad_header);
}

TEST_CASE("only HS256 is accepted, and never none") {
    const mint by;
    for (const char* alg : {"none",
                            "None",
                            "NONE",
                            "nOnE",
                            "",
                            "HS384",
                            "HS512",
                            "hs256",
                            "HS256 ",
                            "HS256\\u0000",
                            "RS256",
                            "ES256",
                            "PS256",
                            "EdDSA",
                            "dir",
                            "A256GCM"}) {
        CAPTURE(alg);
        const auto header = R"({"alg":")" + std::string(alg) + R"(","typ":"at+jwt","kid":"k1"})";
        CHECK_FALSE(by.accepts(by.with_header(header)));
        const auto unsigned_one = base64url(header) + '.' + base64url(jwt::write_claims(claims_of())) + '.';
        CHECK_FALSE(by.accepts(unsigned_one));
    }
    CHECK(by.fault_of(by.with_header(R"({"alg":"none","typ":"at+jwt","kid":"k1"})")) == fault::wrong_algorithm);
    for (const char* typ : {"JWT", "jwt", "", "AT+JWT", "application/at+jwt", "id+jwt", "logout+jwt"})
        CHECK(by.fault_of(by.with_header(R"({"alg":"HS256","typ":")" + std::string(typ) + R"(","kid":"k1"})")) ==
              fault::wrong_type);
}

TEST_CASE("a kid is only looked up in memory") {
    const mint by;
    for (const char* kid : {"k2",
                            "K1",
                            "",
                            "k1 ",
                            "../../etc/passwd",
                            "/dev/null",
                            "k1\\u0000",
                            "' or 1=1 --",
                            "https://evil.example.com",
                            "0123456789012345678901234567890123"})
        CHECK(by.fault_of(by.with_header(R"({"alg":"HS256","typ":"at+jwt","kid":")" + std::string(kid) + "\"}")) !=
              fault::bad_signature);
    CHECK(by.fault_of(by.with_header(R"({"alg":"HS256","typ":"at+jwt","kid":"k2"})")) == fault::unknown_key);
}

TEST_CASE("the signature is verified before its content is read") {
    const mint by, other;
    CHECK(by.fault_of(other.token()) == fault::bad_signature);
    CHECK(by.fault_of(other.with_claims("not JSON")) == fault::bad_signature);
    CHECK(by.fault_of(other.signed_segments(jwt::header_segment("k1"), "!!!")) == fault::bad_signature);
    CHECK(by.check(other.token()).error().id.empty());
}

TEST_CASE("every claim except nbf is required") {
    const mint by;
    REQUIRE(by.accepts(by.with_claims(with("", ""))));
    CHECK(by.fault_of(by.with_claims(with("iss", ""))) == fault::bad_issuer);
    CHECK(by.fault_of(by.with_claims(with("aud", ""))) == fault::bad_audience);
    CHECK(by.fault_of(by.with_claims(with("sub", ""))) == fault::bad_subject);
    CHECK(by.fault_of(by.with_claims(with("scope", ""))) == fault::bad_scope);
    CHECK(by.fault_of(by.with_claims(with("iat", ""))) == fault::bad_issued_at);
    CHECK(by.fault_of(by.with_claims(with("exp", ""))) == fault::bad_expiry);
    CHECK(by.fault_of(by.with_claims(with("jti", ""))) == fault::bad_id);
    CHECK(by.fault_of(by.with_claims("{}")) == fault::bad_id);
}

TEST_CASE("claims are one strict JSON object") {
    const mint by;
    for (const std::string& text : {std::string("[]"),
                                    std::string("null"),
                                    std::string("\"\""),
                                    std::string("{"),
                                    std::string("{}}"),
                                    std::string("not JSON"),
                                    std::string("{\"jti\":\"\xFF\"}"),
                                    std::string("{\"jti\":\"\\ud800\"}"),
                                    with("", R"("sub":"bob")"),
                                    with("", R"("s\u0075b":"bob")"),
                                    with("", R"("exp":1800003601)"),
                                    with("", R"("x":1e999)"),
                                    with("", R"("x":NaN)"),
                                    with("", R"("x":[[[[[[[[[[]]]]]]]]]])"),
                                    with("", R"("x":1,)"),
                                    with("", "// no\n\"x\":1")}) {
        CAPTURE(text);
        CHECK(by.fault_of(by.with_claims(text)) == fault::claims_not_json);
    }
}

TEST_CASE("a claim of the wrong type or form is refused") {
    const mint by;
    struct bad {
        const char *name, *member;
        fault why;
    };
    for (const auto& [name, member, why] :
         std::vector<bad>{{"iss", R"("iss":7)", fault::bad_issuer},
                          {"iss", R"("iss":["toolrack"])", fault::bad_issuer},
                          {"iss", R"("iss":null)", fault::bad_issuer},
                          {"aud", R"("aud":7)", fault::bad_audience},
                          {"aud", R"("aud":[])", fault::bad_audience},
                          {"aud", R"("aud":{})", fault::bad_audience},
                          {"aud", R"("aud":["https://tools.example.com/mcp",7])", fault::bad_audience},
                          {"aud", R"("aud":[["https://tools.example.com/mcp"]])", fault::bad_audience},
                          {"sub", R"("sub":"")", fault::bad_subject},
                          {"sub", R"("sub":7)", fault::bad_subject},
                          {"sub", R"("sub":"ann smith")", fault::bad_subject},
                          {"sub", R"("sub":"ann\u0000")", fault::bad_subject},
                          {"sub", R"("sub":"ann\n")", fault::bad_subject},
                          {"scope", R"("scope":"")", fault::bad_scope},
                          {"scope", R"("scope":" a")", fault::bad_scope},
                          {"scope", R"("scope":"a ")", fault::bad_scope},
                          {"scope", R"("scope":"a  b")", fault::bad_scope},
                          {"scope", R"("scope":"a\tb")", fault::bad_scope},
                          {"scope", R"("scope":"a\"b")", fault::bad_scope},
                          {"scope", R"("scope":"a\\b")", fault::bad_scope},
                          {"scope", R"("scope":"gr\u00fcn")", fault::bad_scope},
                          {"scope", R"("scope":["a","b"])", fault::bad_scope},
                          {"scope", R"("scope":{})", fault::bad_scope},
                          {"iat", R"("iat":"1800000000")", fault::bad_issued_at},
                          {"iat", R"("iat":1800000000.0)", fault::bad_issued_at},
                          {"iat", R"("iat":1800000000.5)", fault::bad_issued_at},
                          {"iat", R"("iat":1.8e9)", fault::bad_issued_at},
                          {"iat", R"("iat":-1)", fault::bad_issued_at},
                          {"iat", R"("iat":-0)", fault::bad_issued_at},
                          {"iat", R"("iat":null)", fault::bad_issued_at},
                          {"iat", R"("iat":true)", fault::bad_issued_at},
                          {"exp", R"("exp":"1800003600")", fault::bad_expiry},
                          {"exp", R"("exp":1800003600.0)", fault::bad_expiry},
                          {"exp", R"("exp":18e8)", fault::bad_expiry},
                          {"exp", R"("exp":-1800003600)", fault::bad_expiry},
                          {"exp", R"("exp":9223372036854775807)", fault::bad_expiry},
                          {"exp", R"("exp":9223372036854775808)", fault::bad_expiry},
                          {"exp", R"("exp":18446744073709551616)", fault::bad_expiry},
                          {"exp", R"("exp":100000000000000000000000000000000000000)", fault::bad_expiry},
                          {"exp", R"("exp":[1800003600])", fault::bad_expiry},
                          {"", R"("nbf":"1800000000")", fault::bad_not_before},
                          {"", R"("nbf":1800000000.0)", fault::bad_not_before},
                          {"", R"("nbf":null)", fault::bad_not_before},
                          {"jti", R"("jti":7)", fault::bad_id},
                          {"jti", R"("jti":"")", fault::bad_id},
                          {"jti", R"("jti":"a b")", fault::bad_id},
                          {"jti", R"("jti":"gr\u00fcn")", fault::bad_id},
                          {"", R"("cnf":{"x5t#S256":"AAAA"})", fault::bound_to_a_key},
                          {"", R"("cnf":null)", fault::bound_to_a_key}}) {
        CAPTURE(member);
        CHECK(by.fault_of(by.with_claims(with(name, member))) == why);
    }
    const auto long_text = [](std::size_t size) { return '"' + std::string(size, 'a') + '"'; };
    CHECK(by.accepts(by.with_claims(with("sub", "\"sub\":" + long_text(256)))));
    CHECK(by.fault_of(by.with_claims(with("sub", "\"sub\":" + long_text(257)))) == fault::bad_subject);
    CHECK(by.accepts(by.with_claims(with("jti", "\"jti\":" + long_text(128)))));
    CHECK(by.fault_of(by.with_claims(with("jti", "\"jti\":" + long_text(129)))) == fault::bad_id);
}

TEST_CASE("unknown claims are ignored, as RFC 7519 requires") {
    const mint by;
    CHECK(by.accepts(by.with_claims(
        with("", R"("client_id":"ci","azp":null,"roles":["a",{"b":[1.5]}],"https://example.com/x":true)"))));
}

TEST_CASE("the audience must name this server, alone or among others") {
    const mint by;
    CHECK(by.accepts(by.with_claims(with("aud", R"("aud":["https://tools.example.com/mcp"])"))));
    CHECK(by.accepts(by.with_claims(with("aud", R"("aud":["x","https://tools.example.com/mcp","y"])"))));
    CHECK(by.accepts(by.with_claims(with("aud", R"("aud":"https:\/\/tools.example.com\/mcp")"))));
    for (const char* aud : {R"("https://tools.example.com")",
                            R"("https://tools.example.com/mcp/")",
                            R"("https://tools.example.com/mcp/x")",
                            R"("http://tools.example.com/mcp")",
                            R"("*")",
                            R"("")",
                            R"(["a","b"])"}) {
        CAPTURE(aud);
        CHECK(by.fault_of(by.with_claims(with("aud", "\"aud\":" + std::string(aud)))) == fault::wrong_audience);
    }
}

TEST_CASE("the issuer must be the expected one") {
    const mint by;
    for (const char* iss : {"", "Toolrack", "toolrack ", "somebody"})
        CHECK(by.fault_of(by.with_claims(with("iss", "\"iss\":\"" + std::string(iss) + '"'))) == fault::wrong_issuer);
}

TEST_CASE("a token is valid from its iat to its exp, and the clock of its issuer may be a minute ahead") {
    const mint by;
    const std::string token = by.token();
    CHECK(by.accepts(token, noon));
    CHECK(by.accepts(token, noon + 3599));
    CHECK(by.fault_of(token, noon + 3600) == fault::expired);
    CHECK(by.accepts(token, noon - 60));
    CHECK(by.fault_of(token, noon - 61) == fault::from_the_future);

    auto later = claims_of();
    later.not_before = noon + 600;
    CHECK(by.fault_of(by.token(later), noon) == fault::not_yet_valid);
    CHECK(by.fault_of(by.token(later), noon + 539) == fault::not_yet_valid);
    CHECK(by.accepts(by.token(later), noon + 540));
}

TEST_CASE("a clock that jumps changes what is true now, and nothing for later") {
    const mint by;
    const std::string token = by.token();
    for (const std::int64_t now :
         {std::int64_t{0}, noon - 1'000'000, noon + 1'000'000, std::int64_t{253'402'300'799}, std::int64_t{-1}}) {
        CHECK_FALSE(by.accepts(token, now));
        CHECK(by.accepts(token, noon + 1));
    }
}

TEST_CASE("a lifetime above max_ttl, or not positive, is refused") {
    mint by;
    auto said = claims_of();
    said.expires = noon + 24 * 3600;
    CHECK(by.accepts(by.token(said)));
    ++said.expires;
    CHECK(by.fault_of(by.token(said)) == fault::lives_too_long);
    by.expected.max_ttl = jwt::longest_max_ttl;
    CHECK(by.accepts(by.token(said)));

    said.issued_at = noon + 30;
    for (const auto expires : {noon + 30, noon + 29}) {
        said.expires = expires;
        CHECK(by.fault_of(by.token(said)) == fault::lives_too_long);
    }
}

TEST_CASE("a key in state verify is accepted, a retired one is not, nor one past its not_after") {
    mint by;
    const std::string token = by.token();
    auto& key = by.ring.keys().front();
    key.state = jwt::key_state::verify;
    CHECK(by.accepts(token));
    key.not_after = noon + 60;
    const auto yes = by.check(token, noon + 59);
    REQUIRE(yes.has_value());
    CHECK(yes->expires == noon + 60);
    CHECK(by.fault_of(token, noon + 60) == fault::expired_key);
    key.not_after.reset();
    key.state = jwt::key_state::retired;
    CHECK(by.fault_of(token) == fault::retired_key);
    by.ring.keys().clear();
    CHECK(by.fault_of(token) == fault::unknown_key);
}

TEST_CASE("a revoked jti, kid or principal is refused") {
    mint by;
    const std::string token = by.token();
    const auto with_list = [&](const std::string& line) {
        by.revoked = token::parse_revocations("2027-01-15T08:00:00Z " + line + "\n").revoked;
        return by.accepts(token, noon + 1);
    };
    CHECK(with_list("jti another"));
    CHECK_FALSE(with_list("jti 4f1c9a0d27b35e68f00c1d2e stolen"));
    CHECK(by.check(token).error() == jwt::refusal{fault::revoked, "4f1c9a0d27b35e68f00c1d2e"});
    CHECK_FALSE(with_list("kid k1"));
    CHECK(by.fault_of(token) == fault::revoked_key);
    CHECK(with_list("principal-before bob"));
    CHECK(with_list("principal-before alice"));  // 2027-01-15T08:00:00Z is when it was issued

    by.revoked = token::parse_revocations("2027-01-15T08:00:01Z principal-before alice").revoked;
    CHECK(by.fault_of(token, noon + 1) == fault::revoked_principal);
}

TEST_CASE("every reason for a refusal is a sentence, and names the token when the signature was right") {
    const mint by;
    CHECK(to_string(by.check("a.b").error()) ==
          "a signed token was refused: it is not three segments separated by dots");
    CHECK(to_string(by.check(by.token(), noon + 3600).error()) ==
          "the signed token 4f1c9a0d27b35e68f00c1d2e was refused: it has expired");
}

TEST_CASE("an unknown kid gets another key to verify with, marked as unknown") {
    mint by;
    by.ring.keys().push_back(test::key_named("k2", jwt::key_state::verify));
    const jwt::prepared_keys two(by.ring), none{jwt::key_ring()};
    CHECK(two.find("k1").is_known);
    CHECK(two.find("k2").key.kid == "k2");
    bool was_first = false, was_second = false;
    for (int n = 0; n != 1000; ++n) {
        const auto [key, is_known] = two.find("nobody" + std::to_string(n));
        CHECK_FALSE(is_known);
        (key.kid == "k1" ? was_first : was_second) = true;
    }
    CHECK((was_first && was_second));
    CHECK_FALSE(none.find("k1").is_known);
}

TEST_CASE("a right signature does not make an unknown kid acceptable") {
    const mint by;
    for (int n = 0; n != 100; ++n)  // in a ring with one key, this key verifies every unknown kid
        CHECK(by.fault_of(by.signed_segments(jwt::header_segment("x" + std::to_string(n)),
                                             base64url(jwt::write_claims(claims_of())))) == fault::unknown_key);
}
