// Comparing the words of HTTP, several for every field of every request.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace toolrack::http {

// Whether `word` is `known` in any case; `known` is in lower case. Eight bytes at a time: setting
// bit 5 turns capitals into small letters and leaves digits, '-', '/', '+', '.' and '*' as they
// are. It maps only control characters onto others of these, and the parser has refused those.
inline bool is_word(std::string_view word, std::string_view known) noexcept {
    if (word.size() != known.size()) return false;
    std::size_t at = 0;
    for (; at + 8 <= word.size(); at += 8) {
        std::uint64_t left;
        std::uint64_t right;
        std::memcpy(&left, word.data() + at, 8);
        std::memcpy(&right, known.data() + at, 8);
        if ((left | 0x2020202020202020) != right) return false;
    }
    for (; at < word.size(); ++at) {
        if ((word[at] | 0x20) != known[at]) return false;
    }
    return true;
}

}  // namespace toolrack::http
