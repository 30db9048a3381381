// last-use: when each token was last used. The server saves it regularly, and "toolrack token list" shows it. One line
// for each token:
//
//     9fK2mQx7Lr0B 2026-11-22T10:00:00Z
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/rfc3339.hpp"

namespace toolrack::token {

using last_uses = std::map<std::string, sys_seconds, std::less<>>;  // by id

// Empty when the file does not exist or cannot be read: the times are for people only.
last_uses read_last_uses(const std::filesystem::path& file);

// Merges `uses` into the file, which another server with the same list may have written meanwhile: the later time of
// each token stays. Throws failure when the file cannot be written.
void add_last_uses(const std::filesystem::path& file, const last_uses& uses);

}  // namespace toolrack::token
