// A view of one TOML table that checks types and ranges.
//
// The constructor takes the keys that the table may have and rejects any other at once, so that a misspelt key is
// reported as unknown and not as missing.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

#include "config/config.hpp"
#include "config/text.hpp"

namespace toolrack::config {

class reader {
public:
    using keys = std::vector<std::string_view>;

    // The top level of a file. `table` must outlive the reader and the readers that it returns.
    reader(const toml::table& table, location where, keys known);

    const location& where() const noexcept { return where_; }
    location where(std::string_view key) const;  // of its value, or of the table when the key is absent
    std::string name_of(std::string_view key) const;

    // Absent when the table does not have the key.
    std::optional<text> find_text(std::string_view key) const;
    std::optional<std::vector<text>> find_list(std::string_view key) const;
    std::optional<std::vector<text>> find_text_or_list(std::string_view key) const;
    // `described` replaces the list of known keys in errors when the keys must not be shown.
    std::optional<reader> find_table(std::string_view key, keys known, std::string_view described = {}) const;
    std::vector<reader> tables(std::string_view key, keys known) const;
    bool is_list(std::string_view key) const;
    options read_options(std::string_view key) const;
    options no_options() const { return {.json = "{}", .locations = {{"", where_}}}; }
    // Reads secrets from references; literal secrets are not allowed in a configuration.
    std::vector<secret> secrets(std::string_view key, std::size_t least_bytes) const;

    // Left alone when the table does not have the key.
    void flag(std::string_view key, bool& into) const;
    void duration(std::string_view key, milliseconds& into) const;
    void size(std::string_view key, std::size_t& into, std::size_t most) const;  // from 256 bytes
    template <std::unsigned_integral Number>
    void number(std::string_view key, Number& into, Number least, Number most) const {
        if (const auto found = find_number(key, least, most)) into = static_cast<Number>(*found);
    }

private:
    reader(const toml::table& table,
           std::string_view name,
           std::string header,
           keys known,
           std::string_view described = {});

    void check_keys(keys known, std::string_view described) const;
    std::optional<std::int64_t> find_number(std::string_view key, std::uint64_t least, std::uint64_t most) const;
    std::vector<text> list_of(std::string_view key, const toml::array& array) const;

    const toml::table& table_;
    std::string prefix_;  // "server."
    std::string header_;  // as the file writes it: "[server]", "[[plugin]]"; empty at the top
    location where_;
};

}  // namespace toolrack::config
