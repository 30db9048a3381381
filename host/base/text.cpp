#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace toolrack {
namespace {

char lower_of(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The size of the well-formed UTF-8 sequence at the start of `text`, in bytes; 0 when there is none. The ranges are
// those of Unicode 15, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
    const unsigned char first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if (first == 0xE0 && at(1) < 0xA0) return 0;
        if (first == 0xED && at(1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if (first == 0xF0 && at(1) < 0x90) return 0;
        if (first == 0xF4 && at(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

}  // namespace

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) {
               return lower_of(a) == lower_of(b);
           });
}

std::string lower(std::string_view text) {
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower_of);
    return lowered;
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::optional<unsigned> unprintable_character(std::string_view text, std::size_t& length) noexcept {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto when = [](bool is_unprintable, unsigned code) {
        return is_unprintable ? std::optional(code) : std::nullopt;
    };
    length = 1;
    if (at(0) < 0x80) return when(at(0) < 0x20 || at(0) == 0x7F, at(0));
    length = 2;
    if (at(0) == 0xC2) return when(at(1) <= 0xA0 || at(1) == 0xAD, at(1));  // C1 controls, no-break space, soft hyphen
    length = 3;
    const unsigned code = ((at(0) & 0x0Fu) << 12) + ((at(1) & 0x3Fu) << 6) + (at(2) & 0x3Fu);
    const bool is_space_or_mark = (code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F) ||
                                  (code >= 0x205F && code <= 0x206F) || code == 0x3000 || code == 0xFEFF;
    return when((at(0) & 0xF0) == 0xE0 && is_space_or_mark, code);
}

bool has_unprintable_characters(std::string_view text) noexcept {
    for (std::size_t length = 0; !text.empty(); text.remove_prefix(std::max<std::size_t>(1, sequence_length(text))))
        if (unprintable_character(text, length)) return true;
    return false;
}

std::string printable(std::string_view text, std::size_t most) {
    constexpr char digits[] = "0123456789abcdef";
    std::string shown;
    while (!text.empty()) {
        const auto length = sequence_length(text);
        std::size_t ignored = 0;
        const bool is_escaped = length == 0 || unprintable_character(text, ignored);
        const auto size = is_escaped ? 4 * std::max<std::size_t>(length, 1) : length;
        if (shown.size() + std::max<std::size_t>(size, 4) > most) return shown + "...";
        if (is_escaped) {
            for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i) {
                const auto odd = static_cast<unsigned char>(text[i]);
                shown += "\\x";
                shown += digits[odd >> 4];
                shown += digits[odd & 15];
            }
        } else {
            shown += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return shown;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] == right[j] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace toolrack
