#include "jwt/revocations.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "jwt/claims.hpp"
#include "jwt/header.hpp"
#include "jwt/timestamp.hpp"

namespace toolrack::jwt {
namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::string_view blanks = " \t";

std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto end = std::min(line.find_first_of(blanks), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

bool is_kind(std::string_view word) {
    return !word.empty() &&
           std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

// A carriage return at the end of a value would make a line that revokes nothing, and nobody would notice.
bool has_controls(std::string_view line) {
    return std::any_of(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
    });
}

}  // namespace

bool revocations::has_principal(std::string_view subject, std::int64_t issued_at) const {
    if (principals_.empty()) return false;
    const auto found = principals_.find(subject);
    return found != principals_.end() && issued_at < found->second;
}

void revocations::add(const revocations& more) {
    ids_.insert(more.ids_.begin(), more.ids_.end());
    keys_.insert(more.keys_.begin(), more.keys_.end());
    for (const auto& [subject, before] : more.principals_) {
        auto& known = principals_.try_emplace(subject, before).first->second;
        known = std::max(known, before);
    }
}

revocation_list read_revocations(std::string_view text) {
    revocation_list list;
    auto& into = list.revoked;
    std::size_t number = 0;
    const auto complain = [&](std::string_view why) {
        if (!list.bad) list.bad = {number, why};
    };
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));

        if (line.size() > longest_line || has_controls(line) || !is_utf8(line)) {
            complain("is too long, or holds a control character or bytes that are not UTF-8");
            continue;
        }
        const auto when = take_word(line);
        if (when.empty() || when.starts_with('#')) continue;
        const auto kind = take_word(line), value = take_word(line);
        const auto at = read_timestamp(when);
        if (!at) complain("does not begin with a time such as 2027-01-15T08:00:00Z");
        else if (!is_kind(kind)) complain("has no kind, such as jti, after its time");
        else if (value.empty()) complain("does not say what is revoked");
        else if (kind == "jti" && !is_id(value)) complain("names no jti");
        else if (kind == "kid" && !is_kid(value)) complain("names no kid");
        else if (kind == "principal-before" && !is_subject(value)) complain("names no principal");
        else if (kind == "jti") into.ids_.emplace(value);
        else if (kind == "kid") into.keys_.emplace(value);
        else if (kind == "principal-before") {
            auto& before = into.principals_.try_emplace(std::string(value), *at).first->second;
            before = std::max(before, *at);
        }
    }
    return list;
}

}  // namespace toolrack::jwt
