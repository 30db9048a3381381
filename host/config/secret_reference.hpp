// References to secrets that are kept outside the configuration: { file = "..." }, { env = "..." } or
// { credential = "..." } (systemd).
#pragma once

#include <optional>
#include <string>
#include <toml++/toml.h>

namespace toolrack::config {

// Reads the secret that the table refers to. Empty when the table is not a reference: a reference has exactly one of
// the three keys, with a string, and no other key. `name` is the name of the table for error messages.
//
// The secret has no trailing newline, is not empty, and has at most 64 KiB of UTF-8. Only the owner and, for reading,
// the group may have access to a file. Throws failure.
std::optional<std::string> find_secret(const toml::table& table, const std::string& name);

}  // namespace toolrack::config
