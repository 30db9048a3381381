// What the commands about tokens are told on their line, and where the list is that they are about.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/secret_target.hpp"
#include "cli/signing.hpp"
#include "base/rfc3339.hpp"
#include "token/book.hpp"

namespace toolrack::cli {

// Filled in while the line is parsed.
struct token_words {
    std::string tokens;
    signing_words where;  // the configuration, and what signed tokens take
    bool as_json = false;

    std::string principal, ttl = "90d", not_before, note, id, overlap = "24h", reason, stale, older = "30d";
    std::vector<std::string> scopes, sources, ids;
    bool never_expires = false, from_input = false;
    secret_target output;

    std::filesystem::path configuration() const;
    // Named on the line, or what [auth] of the configuration says.
    token::book open_book() const;
};

// Throws failure: the line, and not the machine, is at fault.
[[noreturn]] void misused(const std::string& sentence);

// `option` is for the sentence when it is none.
std::chrono::seconds read_duration(const std::string& written, const char* option);

sys_seconds this_second();

}  // namespace toolrack::cli
