#include "identity/scope.hpp"

#include <algorithm>

namespace toolrack::identity {
namespace {

// RFC 6749 3.3: %x21 / %x23-5B / %x5D-7E.
bool is_scope_character(char c) noexcept { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; }

bool is_word_character(char c) noexcept { return is_scope_character(c) && c != ':' && c != '*'; }

}  // namespace

bool is_scope(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_scope && std::ranges::all_of(text, is_scope_character);
}

bool can_be_required(std::string_view scope) noexcept {
    if (scope.size() > longest_scope) return false;
    for (;;) {
        const auto word = scope.substr(0, scope.find(':'));
        if (word.empty() || !std::ranges::all_of(word, is_word_character)) return false;
        if (word.size() == scope.size()) return true;
        scope.remove_prefix(word.size() + 1);
    }
}

bool can_be_granted(std::string_view scope) noexcept { return scope == every_scope || can_be_required(scope); }

bool covers(std::string_view granted, std::string_view required) noexcept {
    if (granted == every_scope) return true;
    if (granted.empty() || !required.starts_with(granted)) return false;
    return required.size() == granted.size() || required[granted.size()] == ':';
}

}  // namespace toolrack::identity
