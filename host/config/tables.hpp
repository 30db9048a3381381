// One function for each table of the configuration.
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

// All tables of `file` and the files merged into it.
settings read_settings(const toml::table& root, const std::filesystem::path& file);

// Each takes the reader of the whole file.
server read_server(const reader& file);
void read_limits(const reader& file, server& into);
std::optional<tls> read_tls(const reader& file);
auth read_auth(const reader& file);
stdio read_stdio(const reader& file);
std::optional<audit> read_audit(const reader& file);
std::optional<metrics> read_metrics(const reader& file);
std::vector<std::filesystem::path> read_directories(const reader& file);
std::vector<plugin> read_plugins(const reader& file);

// The file beside a dropped-in `library`.
plugin read_drop_in_table(const toml::table& table, const location& where, const std::string& library);

// `sandbox` in the table of a plugin; empty when absent.
std::optional<sandbox> read_sandbox(const reader& plugin);

// A digest under `key` in any table; empty when absent.
std::optional<pin> read_pin(const reader& table, std::string_view key);

// `scopes` in any table: the required scopes; empty when absent.
std::optional<std::vector<std::string>> read_scopes(const reader& table);

// The name of a shipped library, or a path. Throws failure for anything else.
std::string library_name(const text& written);

}  // namespace toolrack::config
