#include "config/document.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/complaint.hpp"
#include "config/file.hpp"

namespace toolrack::config {
namespace {

constexpr std::size_t longest_file = 1024 * 1024;

std::string read_text(const std::filesystem::path& file) {
    auto content = read_file(file, longest_file);
    const location here{.file = file.string()};
    if (content) return std::move(content->bytes);

    const auto reason = content.error();
    if (reason == std::errc::no_such_file_or_directory)
        complain(here, "no such file", "a configuration (create it or name one with --config)", "none");
    if (reason == std::errc::permission_denied)
        complain(here, "permission denied", "a file that the user of this process can read", "one that it cannot read");
    if (reason == std::errc::is_a_directory) complain(here, "is a directory", "a TOML file", "a directory");
    if (reason == std::errc::file_too_large) complain(here, "the file is too long", "at most 1 MiB", "more");
    complain(here, "cannot be read", "a regular file", reason.message());
}

// Columns count characters, as in toml++.
void check_encoding(std::string_view text, const std::string& file) {
    location here{.file = file, .line = 1, .column = 1};
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (!is_utf8(text.substr(0, length)))
            complain(here, "the file is not UTF-8", "UTF-8 text", "byte " + printable(text.substr(0, 1)));
        here.column = first == '\n' ? 1 : here.column + 1;
        here.line += first == '\n' ? 1 : 0;
        text.remove_prefix(std::min(length, text.size()));
    }
}

// The text between the first two single quotes of `words`.
std::string_view between_quotes(std::string_view words) {
    const auto from = words.find('\'');
    const auto to = words.find('\'', from + 1);
    if (from == words.npos || to == words.npos) return {};
    return words.substr(from + 1, to - from - 1);
}

// Rewrites "Error while parsing a string: what" of toml++. Where its text could contain a value of the file (for
// example a token without quotes), a fixed text replaces it.
[[noreturn]] void translate(const toml::parse_error& error) {
    constexpr std::string_view opening = "Error while parsing ";
    const std::string description = printable(error.description());  // toml++ quotes line breaks unescaped
    std::string_view words = description;
    std::string_view what = "the file";
    if (words.starts_with(opening)) {
        words.remove_prefix(opening.size());
        const auto colon = words.find(": ");
        what = words.substr(0, colon);
        words.remove_prefix(colon == words.npos ? words.size() : colon + 2);
    }
    const location where = location_of(error.source());
    const std::string broken = "not valid TOML, in " + std::string(what);

    if (words.starts_with("cannot redefine")) {
        const std::string key = in_quotes(between_quotes(words));
        complain(where, "duplicate key " + key, "each key and table once", "a second " + key);
    }
    if (words.starts_with("could not determine value type"))
        complain(where, broken, "a value (text needs quotes)", "something else");
    if (words.find("representable") != words.npos || words.find("interpreted") != words.npos)
        complain(where, broken, "a number that fits 64 bits", "one that does not");
    if (words.starts_with("encountered end-of-file")) complain(where, broken, "more text", "the end of the file");
    if (words.find("control character") != words.npos)
        complain(where, broken, "no line break or control character here", "one");
    if (const auto saw = words.find(", saw "); words.starts_with("expected ") && saw != words.npos)
        complain(where, broken, words.substr(9, saw - 9), words.substr(saw + 6));
    complain(where, broken, "valid TOML", words);
}

bool is_tables(const toml::node& node) {
    const auto* array = node.as_array();
    return array &&
           std::all_of(array->begin(), array->end(), [](const toml::node& element) { return element.is_table(); });
}

std::string below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + '.' + std::string(key);
}

// `path` is the dotted name of `into`.
void merge_at(const std::string& path, toml::table& into, toml::table&& later) {
    for (auto&& [key, added] : later) {
        toml::node* present = into.get(key.str());
        if (!present) {
            // Moved, not copied: a copied node loses its source location.
            added.visit([&, &name = key](auto& node) { into.insert(name, std::move(node)); });
        } else if (present->is_table() && added.is_table()) {
            merge_at(below(path, key.str()), *present->as_table(), std::move(*added.as_table()));
        } else if (is_tables(*present) && is_tables(added)) {
            for (auto& element : *added.as_array()) present->as_array()->push_back(std::move(*element.as_table()));
        } else {
            complain(location_of(added),
                     below(path, key.str()) + " is set twice",
                     "one definition",
                     "another one at " + to_string(location_of(*present)));
        }
    }
}

}  // namespace

location location_of(const toml::source_region& region) {
    return {
        .file = region.path ? *region.path : std::string(), .line = region.begin.line, .column = region.begin.column};
}

location location_of(const toml::node& node) { return location_of(node.source()); }

toml::table parse(std::string_view text, const std::string& file) {
    check_encoding(text, file);
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        translate(error);
    }
}

toml::table load(const std::filesystem::path& file) { return parse(read_text(file), file.string()); }

void merge(toml::table& into, toml::table&& later) { merge_at({}, into, std::move(later)); }

}  // namespace toolrack::config
