// The auth backend hmac-token: signed tokens (JWT, HS256), which the server verifies with its keys and does not store.
// Connects the SDK with token_verifier.
#include <memory>
#include <string>
#include <utility>

#include <toolrack/plugin.hpp>

#include "token_verifier.hpp"

namespace {

using namespace toolrack;

std::string option(const setup& s, const char* name) {
    const auto found = s.options().find(name);
    return found ? found->str() : "";
}

decision decision_of(token_verifier::decision decided) {
    switch (decided.result) {
    case token_verifier::outcome::granted: break;
    case token_verifier::outcome::not_ours: return refuse(refusal::pass, decided.why);
    case token_verifier::outcome::wrong_audience: return refuse(refusal::wrong_audience, decided.why);
    case token_verifier::outcome::refused: return refuse(refusal::bad_token, decided.why);
    }
    return grant{.subject = std::move(decided.subject),
                 .scopes = std::move(decided.scopes),
                 .credential = std::move(decided.id),
                 .expires = decided.expires};
}

token_verifier::decision decide_now(const token_verifier& verifier, const facts& shown) {
    return verifier.decide(shown.token, shown.resource, shown.now);
}

// The key of a token may have been made a moment ago: the token is checked again after the keys were looked at.
void decide(const token_verifier& verifier, check& asked) {
    if (asked.facts().token.empty()) return asked.answer(refuse(refusal::no_token, "no token was sent"));
    auto decided = decide_now(verifier, asked.facts());
    if (!decided.may_be_new) return asked.answer(decision_of(std::move(decided)));
    const auto kept = std::make_shared<check>(std::move(asked));
    if (!verifier.after_reload([&verifier, kept] { kept->answer(decision_of(decide_now(verifier, kept->facts()))); }))
        kept->answer(decision_of(std::move(decided)));
}

severity severity_of(token::log_level level) {
    switch (level) {
    case token::log_level::info: return severity::info;
    case token::log_level::warning: return severity::warning;
    case token::log_level::error: break;
    }
    return severity::error;
}

}  // namespace

TOOLRACK_PLUGIN("toolrack.hmac-token", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {
            "keys": {"type": "string", "minLength": 1,
                     "description": "the keys file that \"toolrack key\" writes"},
            "revoked": {"type": "string", "minLength": 1,
                        "description": "the revocation list; by default revoked.list beside the keys"},
            "issuer": {"type": "string", "minLength": 1,
                       "description": "the required iss of a token; by default toolrack"},
            "audience": {"type": "string", "minLength": 1,
                         "description": "the required aud of a token; by default the URL of the server"},
            "max_ttl": {"type": "string", "minLength": 1,
                        "description": "the longest lifetime of a token, up to 90d; by default 24h"}
        },
        "required": ["keys"],
        "additionalProperties": false
    }
})")
(toolrack::setup& s) {
    const auto verifier = std::make_shared<token_verifier>(
        token_verifier::settings{.keys = option(s, "keys"),
                                 .revoked = option(s, "revoked"),
                                 .issuer = option(s, "issuer"),
                                 .audience = option(s, "audience"),
                                 .max_ttl = option(s, "max_ttl")},
        token::backend_callbacks{
            .log = [log = s.log](token::log_level level, std::string_view line) { log(severity_of(level), line); },
            .forget = [grants = s.grants()](std::string_view id) { grants.forget(id); },
            .report_degraded = [health = s.health()](std::string_view why) { health.report_degraded(why); }});
    // The handler does not own the verifier, so that its threads end with the instance, not with the last handler.
    s.keep(verifier);
    s.auth(trait::quick, [&verifier = *verifier](check& asked) { decide(verifier, asked); });
}
