// An auth backend for tests with several principals and with OAuth metadata.
//
// The token is the subject and the scopes: "ann~orders/read~audit" is ann with orders:read and audit. The option
// `metadata` is passed to the host unchanged, even if it is invalid.
#include <algorithm>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.scopes-from-token", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {"metadata": {"type": "string"}},
        "additionalProperties": false
    }
})")
(toolrack::setup& s) {
    using namespace toolrack;
    auto& backend = s.auth(trait::quick, [](const facts& shown) -> decision {
        grant made;
        for (std::string_view rest = shown.token; !rest.empty();) {
            std::string word(rest.substr(0, rest.find('~')));
            rest.remove_prefix(std::min(rest.size(), word.size() + 1));
            std::ranges::replace(word, '/', ':');
            if (made.subject.empty()) made.subject = word;
            else made.scopes.push_back(word == "all" ? "*" : word);
        }
        if (made.subject.empty()) return refuse(refusal::bad_token, "the token has no subject");
        made.credential = "named";
        return made;
    });
    if (const auto metadata = s.options().find("metadata")) backend.metadata(json::raw(metadata->str()));
}
