#include "token/own_writing.hpp"

#include <algorithm>
#include <charconv>

#include "token/bearer.hpp"
#include "token/list.hpp"

namespace toolrack::token {
namespace {

constexpr std::string_view heading =
    "# Written by \"toolrack token\". A token cannot be read out of this list.\nschema = 1\n";
constexpr std::string_view hash_prefix = "sha256:";
constexpr std::string_view beginning = "\n[[token]]\n";

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

void append(std::string& to, const record& one) {
    append_text((to += beginning) += "id = ", one.id);
    append_text(to += "\nprincipal = ", one.principal);
    ((to += "\nhash = \"") += hash_prefix) += hex(one.hash);
    append_texts(to += "\"\nscopes = ", one.scopes);
    ((to += "\ncreated = ") += to_rfc3339(one.created)) += '\n';
    if (one.not_before) ((to += "not_before = ") += to_rfc3339(*one.not_before)) += '\n';
    if (one.expires) ((to += "expires = ") += to_rfc3339(*one.expires)) += '\n';
    else to += "never_expires = true\n";
    if (!one.sources.empty()) (append_texts(to += "sources = ", one.sources), to += '\n');
    if (!one.note.empty()) (append_text(to += "note = ", one.note), to += '\n');
    if (!one.replaced_by.empty()) (append_text(to += "replaced_by = ", one.replaced_by), to += '\n');
}

// What is left of an entry. Need not be strict: what was read is written again and compared.
class entry {
public:
    explicit entry(std::string_view text) : left_(text) {}

    bool takes(std::string_view words) {
        const bool is_next = left_.starts_with(words);
        if (is_next) left_.remove_prefix(words.size());
        return is_next;
    }
    std::string text() {
        std::string read;
        if (!takes("\"")) return read;
        while (!left_.empty() && left_.front() != '"') {
            if (left_.front() == '\\') left_.remove_prefix(1);
            const auto end = std::min(left_.find_first_of("\"\\", 1), left_.size());
            read += left_.substr(0, end);
            left_.remove_prefix(end);
        }
        takes("\"");
        return read;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> read;
        if (!takes("[") || takes("]")) return read;
        do read.push_back(text());
        while (read.size() <= most_words && takes(", "));
        takes("]");
        return read;
    }
    std::optional<sys_seconds> time() {
        const auto written = left_.substr(0, left_.find('\n'));
        left_.remove_prefix(written.size());
        return read_rfc3339(written);
    }

private:
    std::string_view left_;
};

std::optional<record> read_entry(std::string_view written) {
    entry from(written);
    record one;
    if (!from.takes(beginning) || !from.takes("id = ")) return std::nullopt;
    one.id = from.text();
    if (from.takes("\nprincipal = ")) one.principal = from.text();
    const auto hash = from.takes("\nhash = ") ? read_hash(from.text()) : std::nullopt;
    if (from.takes("\nscopes = ")) one.scopes = from.texts();
    const auto created = from.takes("\ncreated = ") ? from.time() : std::nullopt;
    if (!hash || !created) return std::nullopt;
    one.hash = *hash;
    one.created = *created;
    if (from.takes("\nnot_before = ")) one.not_before = from.time();
    if (from.takes("\nexpires = ")) one.expires = from.time();
    else from.takes("\nnever_expires = true");
    if (from.takes("\nsources = ")) one.sources = from.texts();
    if (from.takes("\nnote = ")) one.note = from.text();
    if (from.takes("\nreplaced_by = ")) one.replaced_by = from.text();
    return one;
}

bool is_acceptable(const record& one) {
    return is_id(one.id) && is_principal(one.principal) && one.scopes.size() <= most_words &&
           std::ranges::all_of(one.scopes, [](const std::string& scope) { return is_scope(scope); }) &&
           one.sources.size() <= most_words && std::ranges::all_of(one.sources, is_source) && is_note(one.note) &&
           (one.replaced_by.empty() || is_id(one.replaced_by));
}

template <typename Value>
bool has_twins(std::vector<Value> values) {
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) != values.end();
}

bool is_each_there_once(const std::vector<record>& records) {
    std::vector<std::string_view> ids;
    std::vector<sha256_digest> hashes;
    ids.reserve(records.size());
    hashes.reserve(records.size());
    for (const auto& one : records) {
        ids.push_back(one.id);
        hashes.push_back(one.hash);
    }
    return !has_twins(std::move(ids)) && !has_twins(std::move(hashes));
}

}  // namespace

std::string write_list(const std::vector<record>& records) {
    std::string text(heading);
    for (const auto& one : records) append(text, one);
    return text;
}

std::optional<sha256_digest> read_hash(std::string_view written) {
    sha256_digest hash{};
    if (!written.starts_with(hash_prefix) || written.size() != hash_prefix.size() + 2 * hash.size())
        return std::nullopt;
    written.remove_prefix(hash_prefix.size());
    for (std::size_t at = 0; at < hash.size(); ++at) {
        const char* begin = written.data() + 2 * at;
        const auto [end, error] = std::from_chars(begin, begin + 2, hash[at], 16);
        if (error != std::errc{} || end != begin + 2) return std::nullopt;
    }
    return hash;
}

std::optional<std::vector<record>> read_own_writing(std::string_view text) {
    if (!text.starts_with(heading)) return std::nullopt;
    text.remove_prefix(heading.size());
    std::vector<record> records;
    std::string again;
    while (!text.empty()) {
        const auto written = text.substr(0, text.find(beginning, 1));
        auto one = read_entry(written);
        if (!one || !is_acceptable(*one) || written.size() > longest_line || records.size() == most_tokens)
            return std::nullopt;
        again.clear();
        append(again, *one);
        if (again != written) return std::nullopt;
        records.push_back(std::move(*one));
        text.remove_prefix(written.size());
    }
    if (!is_each_there_once(records)) return std::nullopt;
    return records;
}

}  // namespace toolrack::token
