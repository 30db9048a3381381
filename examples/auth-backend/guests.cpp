// An auth backend with a guest list: each guest has a token with scopes and an expiry.
//
// The list contains hashes of tokens, so that a reader of the configuration does not learn the tokens.
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <toolrack/plugin.hpp>

using namespace toolrack;

namespace {

constexpr std::string_view token_prefix = "guest_";

struct guest {
    std::string sha256;  // in hex
    grant granted;
};

std::string sha256(std::string_view text) {
    unsigned char hash[32];
    if (EVP_Digest(text.data(), text.size(), hash, nullptr, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL does not support SHA-256");
    std::string hex;
    for (const unsigned char byte : hash)
        hex.append(1, "0123456789abcdef"[byte >> 4]).append(1, "0123456789abcdef"[byte & 15]);
    return hex;
}

std::vector<guest> read_guests(const json::value& options) {
    std::vector<guest> guests;
    for (const json::value& one : options.at("guests")) {
        const std::string name = one.at("name").str();
        grant granted{.subject = name, .credential = "guest-" + name, .expires = one.at("expires").i64()};
        for (const json::value& scope : one.at("scopes")) granted.scopes.push_back(scope.str());
        guests.push_back({one.at("sha256").str(), std::move(granted)});
    }
    return guests;
}

}  // namespace

TOOLRACK_PLUGIN("org.example.guests", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {
            "guests": {
                "description": "The guests: name, sha256 of the token, expires, scopes",
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "pattern": "^[a-z]{1,40}$"},
                        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                        "expires": {"type": "integer", "minimum": 1},
                        "scopes": {"type": "array", "items": {"type": "string"}}
                    },
                    "required": ["name", "sha256", "expires", "scopes"],
                    "additionalProperties": false
                }
            }
        },
        "required": ["guests"],
        "additionalProperties": false
    }
})")
(setup& s) {
    s.auth(trait::quick, [guests = read_guests(s.options())](const facts& shown) -> decision {
        if (!shown.token.starts_with(token_prefix)) return refuse(refusal::pass, "not a guest token");
        const std::string hash = sha256(shown.token);
        const guest* found = nullptr;  // compares all, so that the time reveals nothing
        for (const guest& each : guests)
            if (CRYPTO_memcmp(each.sha256.data(), hash.data(), hash.size()) == 0) found = &each;
        if (!found) return refuse(refusal::bad_token, "the token is not on the list");
        if (shown.now >= found->granted.expires)
            return refuse(refusal::bad_token, found->granted.subject + "'s token has expired");
        return found->granted;
    });
}
