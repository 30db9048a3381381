// Tokens that nobody has to keep: each is signed, and says itself who holds it, for what and until when.
//
// Here the SDK meets the doorman, who knows what a token is worth.
#include <memory>
#include <string>
#include <utility>

#include <toolrack/plugin.hpp>

#include "token_verifier.hpp"

namespace {

std::string option(const toolrack::setup& s, const char* name) {
    const auto found = s.options().find(name);
    return found ? found->str() : "";
}

toolrack::verdict verdict_of(token_verifier::answer answer) {
    using namespace toolrack;
    using kind = enum token_verifier::answer::kind;
    switch (answer.kind) {
    case kind::granted: break;
    case kind::not_ours: return refuse(refusal::pass, answer.why);
    case kind::wrong_audience: return refuse(refusal::wrong_audience, answer.why);
    case kind::refused: return refuse(refusal::bad_token, answer.why);
    }
    return grant{.subject = std::move(answer.subject),
                 .scopes = std::move(answer.scopes),
                 .credential = std::move(answer.id),
                 .expires = answer.expires};
}

token_verifier::answer ask(const token_verifier& token_verifier, const toolrack::facts& shown) {
    return token_verifier.check(shown.token, shown.resource, shown.now);
}

// Its key may have been made a moment ago: then it is for the keys as they are now to say.
void decide(const token_verifier& token_verifier, toolrack::check& asked) {
    using namespace toolrack;
    if (asked.facts().token.empty()) return asked.answer(refuse(refusal::no_token, "no token was sent"));
    auto answer = ask(token_verifier, asked.facts());
    if (!answer.may_be_new) return asked.answer(verdict_of(std::move(answer)));
    const auto kept = std::make_shared<check>(std::move(asked));
    if (!token_verifier.after_a_look([&token_verifier, kept] { kept->answer(verdict_of(ask(token_verifier, kept->facts()))); }))
        kept->answer(verdict_of(std::move(answer)));
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
                       "description": "what a token's iss must be; by default toolrack"},
            "audience": {"type": "string", "minLength": 1,
                         "description": "what a token's aud must name; by default the server's own URL"},
            "max_ttl": {"type": "string", "minLength": 1,
                        "description": "the longest life of a token, up to 90d; by default 24h"}
        },
        "required": ["keys"],
        "additionalProperties": false
    }
})")
(toolrack::setup& s) {
    using namespace toolrack;

    const token_verifier::outlet outlet{.error = [log = s.log](std::string_view line) { log(severity::error, line); },
                                 .info = [log = s.log](std::string_view line) { log(severity::info, line); },
                                 .forget =
                                     [grants = s.grants()](std::string_view id) {
                                         if (id.empty()) grants.forget_all();
                                         else grants.forget(id);
                                     },
                                 .report_degraded = [health = s.health()](std::string_view what) { health.report_degraded(what); }};
    const auto here = std::make_shared<token_verifier>(token_verifier::settings{.keys = option(s, "keys"),
                                                                  .revoked = option(s, "revoked"),
                                                                  .issuer = option(s, "issuer"),
                                                                  .audience = option(s, "audience"),
                                                                  .max_ttl = option(s, "max_ttl")},
                                                outlet);
    // The handler only looks at it, so that its thread ends when the instance does and not with the last handler.
    s.keep(here);
    s.auth(trait::quick, [&token_verifier = *here](check& asked) { decide(token_verifier, asked); });
}
