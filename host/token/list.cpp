#include "token/list.hpp"

#include <algorithm>
#include <toml++/toml.h>
#include <unordered_set>

#include "base/error.hpp"
#include "base/network.hpp"
#include "base/text.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "token/bearer.hpp"
#include "token/own_writing.hpp"

namespace toolrack::token {
namespace {

using config::complain;
using config::place_of;

constexpr std::string_view known_keys[] = {"id",      "principal",  "hash", "scopes", "created",     "expires",
                                           "never_expires", "not_before", "note", "sources", "replaced_by"};

bool is_line(std::string_view text, std::size_t most) noexcept {
    return text.size() <= most && is_utf8(text) &&
           std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

// The parser's depth grows with the dots of a line, and so does what it takes to free what it made.
void check_lines(std::string_view text, const std::string& file) {
    unsigned line = 1;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end > longest_line)
            complain({.file = file, .line = line, .column = 1}, "the line is too long", "at most 8 KiB", "more");
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line;
    }
}

// One [[token]], read key by key.
class entry {
public:
    explicit entry(const toml::table& table) : table_(table) {
        for (auto&& [key, value] : table_)
            if (std::ranges::find(known_keys, key.str()) == std::end(known_keys))
                complain(place_of(value), "unknown key in [[token]]", "one that toolrack token writes",
                         config::in_quotes(key.str()));
    }

    const toml::node* find(std::string_view key) const { return table_.get(key); }
    const toml::node& at(std::string_view key, std::string_view expected) const {
        if (const auto* node = find(key)) return *node;
        complain(place_of(table_), std::string(key) + " is missing", expected, "none");
    }

    std::string text(const toml::node& node, std::string_view expected, bool (*fits)(std::string_view) noexcept) const {
        const auto* written = node.as_string();
        if (!written) complain(place_of(node), "the value has the wrong type", expected, "something else");
        if (!fits(written->get())) complain(place_of(node), "the value is not usable", expected, "another text");
        return written->get();
    }

    std::vector<std::string> texts(std::string_view key, std::string_view expected,
                                   bool (*fits)(const std::string&)) const {
        std::vector<std::string> all;
        const auto* node = find(key);
        if (!node) return all;
        const auto* array = node->as_array();
        if (!array || array->size() > most_words)
            complain(place_of(*node), std::string(key) + " is not usable",
                     "an array of at most 100 texts", "something else");
        for (const auto& each : *array) {
            const auto* written = each.as_string();
            if (!written || !fits(written->get()))
                complain(place_of(each), "an element of " + std::string(key) + " is not usable",
                         expected, "something else");
            all.push_back(written->get());
        }
        return all;
    }

    sys_seconds time(const toml::node& node) const {
        const auto refuse = [&] {
            complain(place_of(node), "the value is not a point in time", "one such as 2027-02-20T10:00:00Z",
                     "something else");
        };
        const auto* written = node.as_date_time();
        if (!written || !written->get().offset) refuse();
        const auto& [date, clock, offset] = written->get();
        using namespace std::chrono;
        const auto day = sys_days(year(date.year) / month(date.month) / date.day);
        const auto when = sys_seconds(day) + hours(clock.hour) + minutes(clock.minute) + seconds(clock.second) -
                          minutes(offset->minutes);
        if (!has_four_digit_year(when)) refuse();
        return when;
    }

private:
    const toml::table& table_;
};

sha256_digest hash_in(const entry& from) {
    constexpr std::string_view expected = "\"sha256:\" and 64 hex digits, as \"toolrack token hash\" prints it";
    const auto& node = from.at("hash", expected);
    const auto* written = node.as_string();
    // Never shown: this is where somebody pastes the token.
    const auto hash = written ? read_hash(written->get()) : std::nullopt;
    if (!hash) complain(place_of(node), "hash is not the hash of a token", expected, "something else");
    return *hash;
}

record read_record(const toml::table& table) {
    const entry from(table);
    record read;
    read.id = from.text(from.at("id", "12 letters and digits"), "12 letters and digits", is_id);
    read.principal = from.text(from.at("principal", "a name"), "a name of 1 to 256 bytes", is_principal);
    read.hash = hash_in(from);
    read.scopes = from.texts("scopes", "a scope such as \"orders:read\"", [](const std::string& t) {
        return is_scope(t);
    });
    read.created = from.time(from.at("created", "a point in time"));
    if (const auto* node = from.find("not_before")) read.not_before = from.time(*node);
    if (const auto* node = from.find("expires")) read.expires = from.time(*node);
    bool never = false;
    if (const auto* node = from.find("never_expires")) {
        if (!node->is_boolean())
            complain(place_of(*node), "never_expires has the wrong type", "true or false", "something else");
        never = node->as_boolean()->get();
    }
    if (read.expires.has_value() == never)
        complain(place_of(table),
                 never ? "the token both expires and never does" : "nothing says when the token expires",
                 "either expires or never_expires = true", never ? "both" : "neither");
    read.sources = from.texts("sources", "a network such as \"10.0.0.0/8\", or \"unix\"", [](const std::string& t) {
        return is_source(t);
    });
    if (const auto* node = from.find("note")) read.note = from.text(*node, "at most 256 bytes on one line", is_note);
    if (const auto* node = from.find("replaced_by")) read.replaced_by = from.text(*node, "the id of a token", is_id);
    return read;
}

}  // namespace

bool is_principal(std::string_view text) noexcept { return !text.empty() && is_line(text, 256); }
bool is_note(std::string_view text) noexcept { return is_line(text, 256); }

bool is_scope(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, [](unsigned char c) {
        return c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e);
    });
}

bool is_source(const std::string& text) noexcept { return text == from_unix || network::read(text).has_value(); }

std::vector<record> read_list(std::string_view text, const std::string& file) {
    if (text.size() > longest_list) complain({.file = file}, "the list is too long", "at most 64 MiB", "more");
    if (auto records = read_own_writing(text)) return std::move(*records);
    check_lines(text, file);
    const auto root = config::parse(text, file);
    const auto* schema = root.get("schema");
    if (!schema || schema->value_exact<std::int64_t>() != 1)
        complain(schema ? place_of(*schema) : config::place{.file = file},
                 "the list is not of a form that is known here",
                 "schema = 1", schema ? "another" : "none");
    for (auto&& [key, value] : root)
        if (key.str() != "schema" && key.str() != "token")
            complain(place_of(value), "unknown key at the top level", "schema and [[token]]",
                     config::in_quotes(key.str()));

    std::vector<record> records;
    const auto* tokens = root.get("token");
    if (!tokens) return records;
    const auto* array = tokens->as_array();
    if (!array || !std::ranges::all_of(*array, [](const toml::node& each) { return each.is_table(); }))
        complain(place_of(*tokens), "token is not usable", "tables that each begin with [[token]]", "something else");
    if (array->size() > most_tokens)
        complain(place_of(*tokens), "there are too many tokens", std::to_string(most_tokens) + " at most",
                 std::to_string(array->size()));
    records.reserve(array->size());
    std::unordered_set<std::string> ids, hashes;
    for (const auto& each : *array) {
        records.push_back(read_record(*each.as_table()));
        const auto& one = records.back();
        if (!ids.insert(one.id).second)
            complain(place_of(each), "the id " + one.id + " stands there twice", "each id once", "a second");
        if (!hashes.insert(std::string(one.hash.begin(), one.hash.end())).second)
            complain(place_of(each), "the hash of " + one.id + " stands there twice", "each token once", "a second");
    }
    return records;
}

}  // namespace toolrack::token
