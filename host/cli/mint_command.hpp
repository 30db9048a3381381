// `toolrack token mint`: a signed token for somebody. Needs the keys and nothing else, so any machine that has
// them can do it, and no server hears of it.
#pragma once

#include <string>
#include <vector>

#include "cli/secret_target.hpp"
#include "cli/signing.hpp"
#include "base/error.hpp"

namespace toolrack::cli {

class mint_command {
public:
    // Adds itself to `token`, which must outlive it.
    explicit mint_command(CLI::App& token);
    mint_command(const mint_command&) = delete;
    mint_command& operator=(const mint_command&) = delete;

    bool is_asked_for() const;
    // Throws failure.
    exit_code run() const;

private:
    CLI::App* command_;
    signing_words where_;
    std::string principal_, ttl_ = "1h";
    std::vector<std::string> scopes_;
    bool as_json_ = false;
    secret_target target_;
};

}  // namespace toolrack::cli
