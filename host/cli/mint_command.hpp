// `toolrack token mint`: creates a signed token. It needs only the keys file, so it works on any machine that has it,
// without a server.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/secret_output.hpp"
#include "cli/signing_options.hpp"

namespace toolrack::cli {

class mint_command {
public:
    // Adds the command to `token`, which must outlive this.
    explicit mint_command(CLI::App& token);
    mint_command(const mint_command&) = delete;
    mint_command& operator=(const mint_command&) = delete;

    bool is_selected() const;
    // Throws failure.
    exit_code run() const;

private:
    CLI::App* command_;
    signing_options where_;
    std::string principal_, ttl_ = "1h";
    std::vector<std::string> scopes_;
    bool as_json_ = false;
    secret_output output_;
};

}  // namespace toolrack::cli
