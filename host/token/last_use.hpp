// When each token was last used, for whoever wants to know which may go: the server saves it now and then,
// and "toolrack token list" shows it. One line each:
//
//     9fK2mQx7Lr0B 2026-11-22T10:00:00Z
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/rfc3339.hpp"

namespace toolrack::token {

using last_uses = std::map<std::string, sys_seconds, std::less<>>;  // by id

// Empty when there is no such file, or it cannot be read: it is only for people.
last_uses read_last_uses(const std::filesystem::path& file);

// Adds to what the file says, where another server of the same list may have written meanwhile: of each token
// the latest use counts. Throws failure when the file cannot be written.
void add_last_uses(const std::filesystem::path& file, const last_uses& uses);

}  // namespace toolrack::token
