// The options of the commands for signed tokens. What the command line does not name comes from the configuration of a
// server with the backend hmac-token.
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

struct signing_options {
    std::string keys, config;      // of all commands
    std::string audience, issuer;  // of minting and verifying

    void add_options(CLI::App& command);
    void add_mint_options(CLI::App& command);
};

// The keys file: --keys, or that of the configuration. Throws failure when neither names one.
std::filesystem::path find_keys(const signing_options& given);

// The revocation list of signed tokens: beside --keys, or as configured. Empty when hmac-token is not configured.
std::optional<std::filesystem::path> find_revocations(const signing_options& given);

struct minting_settings {
    std::filesystem::path keys;
    std::string audience, issuer;
    std::chrono::seconds max_ttl;
};

// Reads the configuration unless the command line names everything.
minting_settings find_minting_settings(const signing_options& given);

}  // namespace toolrack::cli
