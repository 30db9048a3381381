// Signed tokens: nothing is let in that none of our keys has signed, and what was signed is read as it was written.
//
// The first line of the input is a header, the rest are claims; and the whole input is a token, too.
#include <string>

#include "base/base64.hpp"
#include "claim.hpp"
#include "jwt/compact.hpp"
#include "jwt/header.hpp"
#include "jwt/profile.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

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
        claim(fuzz::is_presentable(sentence), "a refusal is one line of text");
    }
    return made;
}

// A right signature over whatever is given, and whether it is let in.
std::string signed_with(const jwt::key& key, const std::string& header, const std::string& said) {
    const auto tag = jwt::mac(key.bytes.reveal()).of(header + '.' + said);
    return header + '.' + said + '.' + base64url({reinterpret_cast<const char*>(tag.data()), tag.size()});
}

void check_let_in(const jwt::verified& who) {
    const auto& said = who.claims;
    claim(said.issuer == expected.issuer, "only our own issuer is let in");
    claim(std::ranges::find(said.audience, expected.audience) != said.audience.end(), "only who means us is let in");
    claim(said.expires > now && said.issued_at <= now + 60 && said.not_before.value_or(0) <= now + 60,
          "it is the time for it");
    claim(said.expires - said.issued_at <= expected.max_ttl.count() && said.expires > said.issued_at,
          "nobody stays for too long");
    claim(who.expires <= said.expires && who.expires > now, "nothing lives longer than it says");
    claim(said.id != "gone", "nothing is let in that was taken back");
    claim(jwt::is_subject(said.subject) && jwt::is_id(said.id), "whoever is let in can be named");
}

void check_token(std::string_view text) {
    const auto parts = jwt::split(text);
    claim(!parts || jwt::is_compact(text), "what is split has two dots");
    if (parts)
        claim(std::string(parts->header).append(".").append(parts->claims).append(".").append(parts->signature) ==
                      text &&
                  parts->signed_part == text.substr(0, text.rfind('.')),
              "the parts of a token are all of it");
    const auto made = verify(text);
    if (!made) return;
    bool is_signed = false;
    for (const auto& key : keys().keys())
        is_signed |= signed_with(key, std::string(parts->header), std::string(parts->claims)) == text;
    claim(is_signed, "nothing is let in that no key of ours has signed");
    check_let_in(*made);
}

void check_claims(std::string_view text) {
    if (text.empty()) return;  // no token has an empty part
    const auto token = signed_with(keys().keys().front(), jwt::header_segment("k1"), base64url(text));
    const auto said = jwt::read_claims(text);
    const auto let_in = verify(token);
    if (token.size() > jwt::longest_token) return claim(!let_in, "no token is longer than may be");
    if (!said) return claim(!let_in && let_in.error() == said.error(), "claims that cannot be read let nobody in");
    claim(jwt::read_claims(jwt::write_claims(*said)) == *said, "claims are read as they were written");
    const auto anew = verify(jwt::sign(*said, keys().keys().front()));
    claim(let_in.has_value() == anew.has_value(), "claims that are written anew are worth the same");
    if (!let_in) return claim(let_in.error() == anew.error(), "and are refused for the same reason");
    claim(let_in->claims == *said && anew->claims == *said && let_in->expires == anew->expires,
          "claims are read as they were signed");
    check_let_in(*let_in);
    if (fuzz::dice(text).roll(4) != 1) return;  // what follows takes as long as all the rest

    auto forged = token;
    forged[token.rfind('.') - 1] = forged[token.rfind('.') - 1] == 'A' ? 'Q' : 'A';
    claim(!verify(forged), "claims of which one character is another are not those that were signed");
    claim(!verify(signed_with(keys().keys().back(), jwt::header_segment("old"), base64url(text))),
          "a retired key opens nothing");
    claim(!verify(signed_with(keys().keys().back(), jwt::header_segment("k1"), base64url(text))),
          "a key opens under its own name only");
}

void check_header(std::string_view text) {
    if (text.empty()) return;
    const auto segment = base64url(text);
    const auto kid = jwt::read_kid(segment);
    const auto claims = base64url(R"({"iss":"toolrack","aud":"https://tools.example.com/mcp","sub":"ann","scope":"a",)"
                                  R"("iat":1799999999,"exp":1800000100,"jti":"1"})");
    const auto let_in = verify(signed_with(keys().keys().front(), segment, claims));
    claim(let_in.has_value() == (kid.has_value() && *kid == "k1"), "a header says which key, and no more");
    if (kid)
        claim(jwt::is_kid(*kid) && jwt::read_kid(jwt::header_segment(*kid)) == *kid, "a kid is read as it is written");
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
