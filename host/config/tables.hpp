// What each table of the configuration may say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <toml++/toml.h>
#include <vector>

#include "config/config.hpp"
#include "config/reader.hpp"
#include "config/text.hpp"

namespace toolrack::config {

// The whole of it, `file` and what was added to it.
settings read_settings(const toml::table& root, const std::filesystem::path& file);

// Each reads its table out of the reader of the whole file.
server read_server(const reader& file);
void read_limits(const reader& file, http_limits& edge, call_limits& calls);
std::optional<tls> read_tls(const reader& file);
auth read_auth(const reader& file);
stdio read_stdio(const reader& file);
std::optional<audit> read_audit(const reader& file);
std::optional<metrics> read_metrics(const reader& file);
std::vector<std::filesystem::path> read_directories(const reader& file);
std::vector<plugin> read_plugins(const reader& file);

// The whole file beside a dropped-in `library`.
plugin read_drop_in_table(const toml::table& table, const place& where, const std::string& library);

// `sandbox` in the table of a plugin; absent when it has none.
std::optional<sandbox> read_sandbox(const reader& plugin);

// `sha256` in any table, under whatever name; absent when it has none.
std::optional<pin> read_pin(const reader& table, std::string_view key);

// `scopes` in any table: what a caller must have been granted, all of it; absent when nothing is said.
std::optional<std::vector<std::string>> read_scopes(const reader& table);

// A shipped library's name, or a path to one; complains about what is neither.
std::string library_name(const text& written);

} // namespace toolrack::config
