// Where an option's secret is kept, when it is not in the configuration itself:
// { file = "..." }, { env = "..." } or { credential = "..." }.
#pragma once

#include <optional>
#include <string>
#include <toml++/toml.h>

namespace toolrack::config {

// The secret that the table refers to; nothing when the table is not a reference, which it is
// exactly when one of the three is its only key and has a string. `name` is the table's, for
// sentences.
//
// The bytes come without the newline at their end: 64 KiB of UTF-8 at most, never nothing. A file
// must not be open to others than its owner and, for reading, its group.
std::optional<std::string> find_secret(const toml::table& table, const std::string& name);

} // namespace toolrack::config
