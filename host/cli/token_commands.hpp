// `toolrack token`: the tokens of token-file, one named one for each client.
#pragma once

#include <CLI/CLI.hpp>

namespace toolrack::cli {

// Adds the command and all below it to `app`. Each runs while the line is parsed, and leaves its exit code
// in `result`, which must outlive the parsing. Returns the command, for others to add to.
CLI::App& add_token_commands(CLI::App& app, int& result);

}  // namespace toolrack::cli
