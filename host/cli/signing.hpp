// What the commands about signed tokens must know: said on the command line, or by the configuration of the
// server whose backend is hmac-token.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "jwt/profile.hpp"

namespace CLI {
class App;
}

namespace toolrack::cli {

struct signing_words {
    std::string keys, config;            // any command
    std::string audience, issuer;        // for minting

    void add_options(CLI::App& command);
    void add_mint_options(CLI::App& command);
};

// Where the keys are: --keys, or the configuration. Throws failure when neither says so.
std::filesystem::path find_keys(const signing_words& given);

// Where signed tokens are revoked: beside --keys, or as the configuration says. Nothing when it has no hmac-token.
std::optional<std::filesystem::path> find_revocations(const signing_words& given);

struct minting {
    std::filesystem::path keys;
    std::string audience, issuer;
    std::chrono::seconds max_ttl;
};

// The configuration is read unless the command line says all that must be known.
minting find_minting(const signing_words& given);

}  // namespace toolrack::cli
