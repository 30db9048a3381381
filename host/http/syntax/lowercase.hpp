// Case-insensitive comparison with a lower-case literal. Several run for every field of every request.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace toolrack::http {

// Whether `text` equals `lowercase` in any case. Compares eight bytes at a time: setting bit 5 turns capitals into
// small letters and leaves digits, '-', '/', '+', '.' and '*' unchanged. It also maps some control characters to
// others, but the parser has refused those.
inline bool equals_lowercase(std::string_view text, std::string_view lowercase) noexcept {
    if (text.size() != lowercase.size()) return false;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t left;
        std::uint64_t right;
        std::memcpy(&left, text.data() + at, 8);
        std::memcpy(&right, lowercase.data() + at, 8);
        if ((left | 0x2020202020202020) != right) return false;
    }
    for (; at < text.size(); ++at) {
        if ((text[at] | 0x20) != lowercase[at]) return false;
    }
    return true;
}

}  // namespace toolrack::http
