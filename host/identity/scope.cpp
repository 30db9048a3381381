#include "identity/scope.hpp"

#include <algorithm>

namespace toolrack::identity {
namespace {

// RFC 6749 3.3: %x21 / %x23-5B / %x5D-7E. The colon is between words, the star is for grants.
bool is_word_character(char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != ':' && c != '*';
}

}  // namespace

bool can_be_required(std::string_view scope) noexcept {
    if (scope.size() > longest_scope) return false;
    for (;;) {
        const auto word = scope.substr(0, scope.find(':'));
        if (word.empty() || !std::all_of(word.begin(), word.end(), is_word_character)) return false;
        if (word.size() == scope.size()) return true;
        scope.remove_prefix(word.size() + 1);
    }
}

bool covers(std::string_view granted, std::string_view required) noexcept {
    if (granted == every_scope) return true;
    if (granted.empty() || !required.starts_with(granted)) return false;
    return required.size() == granted.size() || required[granted.size()] == ':';
}

}  // namespace toolrack::identity
