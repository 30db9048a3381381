// `toolrack token`: manages the tokens of token-file.
#pragma once

#include <CLI/CLI.hpp>

namespace toolrack::cli {

// Adds the command and its subcommands to `app`. Each runs while the command line is parsed, and stores its exit code
// in `result`, which must outlive the parsing. Returns the command, so that others can add subcommands.
CLI::App& add_token_commands(CLI::App& app, int& result);

}  // namespace toolrack::cli
