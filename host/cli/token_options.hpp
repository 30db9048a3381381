// The options of the token commands.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/rfc3339.hpp"
#include "cli/secret_output.hpp"
#include "cli/signing_options.hpp"
#include "token/file_set.hpp"

namespace toolrack::cli {

// Filled in while the command line is parsed.
struct token_options {
    std::string tokens;
    signing_options signing;  // also has --config
    bool as_json = false;

    std::string principal, ttl = "90d", not_before, note, id, overlap = "24h", reason, stale, older = "30d";
    std::vector<std::string> scopes, sources, ids;
    bool never_expires = false, from_stdin = false;
    secret_output output;

    std::filesystem::path config_file() const;
    // That of --tokens, or of [auth] in the configuration.
    token::file_set open_files() const;
};

// Throws failure when it is not a duration; the sentence names `option`.
std::chrono::seconds read_duration(const std::string& written, const char* option);

}  // namespace toolrack::cli
