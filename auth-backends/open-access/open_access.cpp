// The auth backend open-access: grants every request. It declares trait::open, so the host requires dev mode and a
// loopback address.
#include <string>
#include <vector>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("toolrack.open-access", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {
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

    grant everyone{.subject = "anonymous", .scopes = {"*"}, .credential = "open"};
    if (const auto subject = s.options().find("subject")) everyone.subject = subject->str();
    if (const auto scopes = s.options().find("scopes")) {
        everyone.scopes.clear();
        for (const json::value& scope : *scopes) everyone.scopes.push_back(scope.str());
    }
    s.auth(trait::open | trait::tokenless | trait::quick, [everyone](const facts&) { return everyone; });
}
