#include "token/revocations.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace toolrack::token {
namespace {

constexpr std::array<std::pair<std::string_view, revocation_kind>, 4> kinds{
    {{"tok", revocation_kind::token},
     {"jti", revocation_kind::signed_token},
     {"kid", revocation_kind::key},
     {"principal-before", revocation_kind::principal_before}}};

constexpr std::size_t longest_line = 4096;
constexpr std::string_view blanks = " \t";

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto end = std::min(line.find_first_of(blanks), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

bool is_kind_word(std::string_view word) {
    return !word.empty() && std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool has_control_characters(std::string_view line) {
    return std::ranges::any_of(line, [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == '%' || byte == 0x7f) out += '%' + hex(std::string_view(&c, 1));
        else out += c;
    }
    return out;
}

std::optional<std::string> unescaped(std::string_view value) {
    std::string out;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] != '%') {
            out += value[at];
            continue;
        }
        unsigned char byte = 0;
        if (at + 2 >= value.size()) return std::nullopt;
        const char* digits = value.data() + at + 1;
        const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
        if (error != std::errc{} || end != digits + 2) return std::nullopt;
        out += static_cast<char>(byte);
        at += 2;
    }
    return out;
}

// False when the line is not valid.
bool parse_line(std::string_view line, revocations& into) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || line.front() == '#') return true;
    if (line.size() > longest_line || has_control_characters(line) || !is_utf8(line)) return false;
    const auto when = read_rfc3339(next_word(line));
    const auto kind = next_word(line);
    const auto value = unescaped(next_word(line));
    if (!when || !is_kind_word(kind) || !value || value->empty() || !is_utf8(*value)) return false;
    const auto* known = std::ranges::find(kinds, kind, &std::pair<std::string_view, revocation_kind>::first);
    if (known == kinds.end()) return true;
    switch (known->second) {
    case revocation_kind::token: into.tokens.insert(*value); break;
    case revocation_kind::signed_token: into.signed_tokens.insert(*value); break;
    case revocation_kind::key: into.keys.insert(*value); break;
    case revocation_kind::principal_before: {
        auto& before = into.principals.try_emplace(*value, *when).first->second;
        before = std::max(before, *when);
        break;
    }
    }
    return true;
}

}  // namespace

void revocations::add(const revocations& more) {
    tokens.insert(more.tokens.begin(), more.tokens.end());
    signed_tokens.insert(more.signed_tokens.begin(), more.signed_tokens.end());
    keys.insert(more.keys.begin(), more.keys.end());
    for (const auto& [name, added] : more.principals) {
        auto& before = principals.try_emplace(name, added).first->second;
        before = std::max(before, added);
    }
}

bool revocations::is_principal_revoked(std::string_view principal, sys_seconds issued) const {
    const auto found = principals.find(principal);
    return found != principals.end() && issued < found->second;
}

parsed_revocations parse_revocations(std::string_view text) {
    parsed_revocations parsed;
    for (unsigned line = 1; !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        if (!parse_line(text.substr(0, end), parsed.revoked)) parsed.invalid_lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parsed;
}

parsed_revocations incremental_parser::parse(std::string_view text) {
    if (text.size() < size_ || sha256(text.substr(0, size_)) != hash_) *this = {};
    auto parsed = parse_revocations(text.substr(size_));
    for (auto& line : parsed.invalid_lines) line += lines_;
    parsed.invalid_lines.insert(parsed.invalid_lines.begin(), invalid_lines_.begin(), invalid_lines_.end());

    // A last line without a line end may be incomplete, and is parsed again next time.
    const auto whole = text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1;
    lines_ += static_cast<unsigned>(std::ranges::count(text.substr(size_, whole - size_), '\n'));
    invalid_lines_ = parsed.invalid_lines;
    std::erase_if(invalid_lines_, [this](unsigned line) { return line > lines_; });
    size_ = whole;
    hash_ = sha256(text.substr(0, whole));
    return parsed;
}

std::string revocation_line(sys_seconds when, revocation_kind kind, std::string_view value, std::string_view reason) {
    const auto* word = std::ranges::find(kinds, kind, &std::pair<std::string_view, revocation_kind>::second);
    std::string line = to_rfc3339(when) + ' ' + std::string(word->first) + ' ' + escaped(value);
    if (!reason.empty()) line += ' ' + printable(reason, 200);
    return line + '\n';
}

}  // namespace toolrack::token
