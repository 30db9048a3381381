// The auth backend env-token: one shared token from an environment variable, or a few during a rotation.
//
// The host reads and wipes the variable before it loads any library, and passes the value in the options. This backend
// does not read the environment.
#include <memory>
#include <string>
#include <vector>

#include <openssl/crypto.h>

#include <toolrack/plugin.hpp>

#include "token_set.hpp"

namespace {

std::string option(const toolrack::setup& s, const char* name, const char* otherwise) {
    const auto found = s.options().find(name);
    return found ? found->str() : otherwise;
}

// The tokens in clear text, wiped once they are hashed.
struct plain_tokens {
    std::string text;
    ~plain_tokens() { OPENSSL_cleanse(text.data(), text.size()); }
};

}  // namespace

TOOLRACK_PLUGIN("toolrack.env-token", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {
            "tokens": {"type": "string", "writeOnly": true},
            "variable": {"type": "string", "minLength": 1},
            "subject": {"type": "string", "minLength": 1, "maxLength": 256},
            "scopes": {"type": "array", "items": {
                "type": "string",
                "pattern": "^(\\*|[!#-)+-9;-\\[\\]-~]+(:[!#-)+-9;-\\[\\]-~]+)*)$"}}
        },
        "additionalProperties": false
    }
})")
(toolrack::setup& s) {
    using namespace toolrack;

    const std::string variable = option(s, "variable", "MCP_AUTH_TOKEN");
    const plain_tokens plain{option(s, "tokens", "")};
    const auto tokens = std::make_shared<const token_set>(plain.text, variable);

    grant holder{.subject = option(s, "subject", "token"), .scopes = {"*"}};
    if (const auto scopes = s.options().find("scopes")) {
        holder.scopes.clear();
        for (const json::value& scope : *scopes) holder.scopes.push_back(scope.str());
    }

    s.auth(trait::quick, [=](const facts& shown) -> decision {
        if (shown.token.empty()) return refuse(refusal::no_token, "no token was sent");
        const auto which = tokens->find(shown.token);
        if (!which) return refuse(refusal::bad_token, "the token is not one of those in " + variable);
        grant yes = holder;
        yes.credential = "env-" + std::to_string(*which + 1);
        return yes;
    });
}
