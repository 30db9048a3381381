#include "token/list.hpp"

#include <algorithm>
#include <optional>
#include <toml++/toml.h>
#include <unordered_set>

#include "base/error.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "identity/scope.hpp"
#include "token/bearer.hpp"

namespace toolrack::token {
namespace {

using config::complain;
using config::location_of;

constexpr std::string_view table_header = "\n[[token]]";
constexpr std::string_view known_keys[] = {"id",
                                           "principal",
                                           "hash",
                                           "scopes",
                                           "created",
                                           "expires",
                                           "never_expires",
                                           "not_before",
                                           "note",
                                           "sources",
                                           "replaced_by"};

// The parser recurses for each dot of a key, and so does the destructor of its tree.
void check_line_lengths(std::string_view text, const std::string& file) {
    unsigned line = 1;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end > longest_line)
            complain({.file = file, .line = line, .column = 1}, "the line is too long", "at most 8 KiB", "more");
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line;
    }
}

// Typed access to one [[token]]. Every function throws failure when a value is not usable.
class token_reader {
public:
    explicit token_reader(const toml::table& table) : table_(table) {
        for (auto&& [key, value] : table_)
            if (std::ranges::find(known_keys, key.str()) == std::end(known_keys))
                complain(location_of(value),
                         "unknown key in [[token]]",
                         "a key that toolrack token writes",
                         config::in_quotes(key.str()));
    }

    const toml::node* find(std::string_view key) const { return table_.get(key); }
    const toml::node& at(std::string_view key, std::string_view expected) const {
        if (const auto* node = find(key)) return *node;
        complain(location_of(table_), std::string(key) + " is missing", expected, "none");
    }

    std::string
    text(const toml::node& node, std::string_view expected, bool (*is_valid)(std::string_view) noexcept) const {
        const auto* string = node.as_string();
        if (!string) complain(location_of(node), "the value has the wrong type", expected, "something else");
        if (!is_valid(string->get())) complain(location_of(node), "the value is not usable", expected, "another text");
        return string->get();
    }

    template <typename IsValid>
    std::vector<std::string> texts(std::string_view key, std::string_view expected, IsValid is_valid) const {
        std::vector<std::string> all;
        const auto* node = find(key);
        if (!node) return all;
        const auto* array = node->as_array();
        if (!array || array->size() > most_words)
            complain(location_of(*node),
                     std::string(key) + " is not usable",
                     "an array of at most 100 texts",
                     "something else");
        for (const auto& element : *array) {
            const auto* string = element.as_string();
            if (!string || !is_valid(string->get()))
                complain(location_of(element),
                         "an element of " + std::string(key) + " is not usable",
                         expected,
                         "something else");
            all.push_back(string->get());
        }
        return all;
    }

    sys_seconds time(const toml::node& node) const {
        const auto refuse = [&] {
            complain(location_of(node),
                     "the value is not a point in time",
                     "one such as 2027-02-20T10:00:00Z",
                     "something else");
        };
        const auto* date_time = node.as_date_time();
        if (!date_time || !date_time->get().offset) refuse();
        const auto& [date, clock, offset] = date_time->get();
        using namespace std::chrono;
        const auto day = sys_days(year(date.year) / month(date.month) / date.day);
        const auto when = sys_seconds(day) + hours(clock.hour) + minutes(clock.minute) + seconds(clock.second) -
                          minutes(offset->minutes);
        if (!has_four_digit_year(when)) refuse();
        return when;
    }

    // The error does not show the value: it may be a token that was pasted here by mistake.
    sha256_digest hash() const {
        constexpr std::string_view expected = "\"sha256:\" and 64 hex digits, as \"toolrack token hash\" prints it";
        const auto& node = at("hash", expected);
        const auto* string = node.as_string();
        const auto hash = string ? read_hash(string->get()) : std::nullopt;
        if (!hash) complain(location_of(node), "hash is not the hash of a token", expected, "something else");
        return *hash;
    }

private:
    const toml::table& table_;
};

record read_record(const toml::table& table) {
    const token_reader from(table);
    record read;
    read.id = from.text(from.at("id", "12 letters and digits"), "12 letters and digits", is_id);
    read.principal = from.text(from.at("principal", "a name"), "a name of 1 to 256 bytes", is_principal);
    read.hash = from.hash();
    read.scopes = from.texts("scopes", "a scope such as \"orders:read\"", identity::can_be_granted);
    read.created = from.time(from.at("created", "a point in time"));
    if (const auto* node = from.find("not_before")) read.not_before = from.time(*node);
    if (const auto* node = from.find("expires")) read.expires = from.time(*node);
    bool never = false;
    if (const auto* node = from.find("never_expires")) {
        if (!node->is_boolean())
            complain(location_of(*node), "never_expires has the wrong type", "true or false", "something else");
        never = node->as_boolean()->get();
    }
    if (read.expires.has_value() == never)
        complain(location_of(table),
                 never ? "the token has both expires and never_expires" : "the token has no expiry",
                 "either expires or never_expires = true",
                 never ? "both" : "neither");
    read.sources = from.texts("sources", "a network such as \"10.0.0.0/8\", or \"unix\"", is_source);
    if (const auto* node = from.find("note")) read.note = from.text(*node, "at most 256 bytes on one line", is_note);
    if (const auto* node = from.find("replaced_by")) read.replaced_by = from.text(*node, "the id of a token", is_id);
    return read;
}

template <typename Value>
bool has_duplicates(std::vector<Value> values) {
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) != values.end();
}

template <typename Value>
bool has_duplicates(const std::vector<record>& records, Value record::*member) {
    using key = std::conditional_t<std::is_same_v<Value, std::string>, std::string_view, Value>;
    std::vector<key> values;
    values.reserve(records.size());
    for (const auto& one : records) values.push_back(one.*member);
    return has_duplicates(std::move(values));
}

const toml::array* array_of_tables(const toml::node& node) {
    const auto* array = node.as_array();
    const auto is_table = [](const toml::node& element) { return element.is_table(); };
    return array && std::ranges::all_of(*array, is_table) ? array : nullptr;
}

bool is_schema_1(const toml::node* schema) { return schema && schema->value_exact<std::int64_t>() == 1; }

// The records of a text that begins with [[token]] and has nothing but such tables. Throws toml::parse_error or failure
// for any other text; the locations in these errors are not meant for users.
void append_records(std::vector<record>& to, std::string_view text) {
    const auto root = toml::parse(text);
    const auto* tokens = root.get("token");
    const auto* array = tokens && root.size() == 1 ? array_of_tables(*tokens) : nullptr;
    if (!array) throw failure("not only [[token]] tables");
    for (const auto& element : *array) to.push_back(read_record(*element.as_table()));
}

// Reads a valid list in parts of a few tables. The tree of a whole list is ten times as large as its text, and building
// it takes most of the time: 100,000 tokens take 1.1 s of CPU and 170 MiB as one tree, 0.7 s and 10 MiB in parts.
//
// Returns nothing when any part is not valid by itself, also when a list is valid as a whole only. A part that ends
// inside a string or an array is never valid, so a "[[token]]" in a text does not split the list.
std::optional<std::vector<record>> read_in_parts(std::string_view text) {
    constexpr std::size_t part_size = 16 * 1024;
    const auto header_after = [&](std::size_t at) { return std::min(text.find(table_header, at), text.size()); };
    const auto first = header_after(0);
    try {
        const auto root = toml::parse(text.substr(0, first));
        if (root.size() != 1 || !is_schema_1(root.get("schema"))) return std::nullopt;
        std::vector<record> records;
        for (std::size_t begin = first, end; begin != text.size(); begin = end) {
            end = header_after(std::min(begin + part_size, text.size()));
            append_records(records, text.substr(begin, end - begin));
            if (records.size() > most_tokens) return std::nullopt;
        }
        if (has_duplicates(records, &record::id) || has_duplicates(records, &record::hash)) return std::nullopt;
        return records;
    } catch (const toml::parse_error&) {
        return std::nullopt;
    } catch (const failure&) {
        return std::nullopt;
    }
}

// Reads any list, and reports the location of the first error.
std::vector<record> read_whole(std::string_view text, const std::string& file) {
    const auto root = config::parse(text, file);
    const auto* schema = root.get("schema");
    if (!is_schema_1(schema))
        complain(schema ? location_of(*schema) : config::location{.file = file},
                 "the schema of the list is not supported",
                 "schema = 1",
                 schema ? "another" : "none");
    for (auto&& [key, value] : root)
        if (key.str() != "schema" && key.str() != "token")
            complain(location_of(value),
                     "unknown key at the top level",
                     "schema and [[token]]",
                     config::in_quotes(key.str()));

    std::vector<record> records;
    const auto* tokens = root.get("token");
    if (!tokens) return records;
    const auto* array = array_of_tables(*tokens);
    if (!array)
        complain(
            location_of(*tokens), "token is not usable", "tables that each begin with [[token]]", "something else");
    if (array->size() > most_tokens)
        complain(location_of(*tokens),
                 "there are too many tokens",
                 std::to_string(most_tokens) + " at most",
                 std::to_string(array->size()));
    records.reserve(array->size());
    std::unordered_set<std::string> ids, hashes;
    for (const auto& element : *array) {
        records.push_back(read_record(*element.as_table()));
        const auto& one = records.back();
        if (!ids.insert(one.id).second)
            complain(location_of(element), "the id " + one.id + " occurs twice", "each id once", "a second");
        if (!hashes.insert(std::string(one.hash.begin(), one.hash.end())).second)
            complain(location_of(element), "the hash of " + one.id + " occurs twice", "each token once", "a second");
    }
    return records;
}

void append_text(std::string& to, std::string_view text) {
    to += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') to += '\\';
        to += c;
    }
    to += '"';
}

void append_texts(std::string& to, const std::vector<std::string>& texts) {
    to += '[';
    for (std::size_t n = 0; n != texts.size(); ++n) {
        if (n > 0) to += ", ";
        append_text(to, texts[n]);
    }
    to += ']';
}

void append_record(std::string& to, const record& one) {
    append_text((to += table_header) += "\nid = ", one.id);
    append_text(to += "\nprincipal = ", one.principal);
    append_text(to += "\nhash = ", write_hash(one.hash));
    append_texts(to += "\nscopes = ", one.scopes);
    ((to += "\ncreated = ") += to_rfc3339(one.created)) += '\n';
    if (one.not_before) ((to += "not_before = ") += to_rfc3339(*one.not_before)) += '\n';
    if (one.expires) ((to += "expires = ") += to_rfc3339(*one.expires)) += '\n';
    else to += "never_expires = true\n";
    if (!one.sources.empty()) (append_texts(to += "sources = ", one.sources), to += '\n');
    if (!one.note.empty()) (append_text(to += "note = ", one.note), to += '\n');
    if (!one.replaced_by.empty()) (append_text(to += "replaced_by = ", one.replaced_by), to += '\n');
}

}  // namespace

std::vector<record> read_list(std::string_view text, const std::string& file) {
    if (text.size() > longest_list) complain({.file = file}, "the list is too long", "at most 64 MiB", "more");
    check_line_lengths(text, file);
    if (auto records = read_in_parts(text)) return std::move(*records);
    return read_whole(text, file);
}

std::string write_list(const std::vector<record>& records) {
    std::string text = "# Written by \"toolrack token\". A token cannot be read out of this list.\nschema = 1\n";
    for (const auto& one : records) append_record(text, one);
    return text;
}

}  // namespace toolrack::token
