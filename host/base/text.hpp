// Text functions that several rooms use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

// ASCII only: for header names and schemes, not for text in a human language.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;
std::string lower(std::string_view text);

// Removes spaces and tabs at both ends (the optional white space of HTTP).
std::string_view trim(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

// Whether a reader could not see the character at the start of `text`, or would be misled by it: control characters,
// white space other than a space, invisible characters, line separators and marks that change the direction of text.
// Its code point, and nothing for all others; `length` is its size in bytes. `text` is UTF-8 and not empty.
std::optional<unsigned> unprintable_character(std::string_view text, std::size_t& length) noexcept;
bool has_unprintable_characters(std::string_view text) noexcept;

// Makes a text safe for one line of a log or an error message: unprintable characters and bytes that are not UTF-8
// become \xNN, and a text longer than `most` bytes is cut and ends in "...".
std::string printable(std::string_view text, std::size_t most = 200);

// "1 file", "3 files".
std::string counted(std::uint64_t count, std::string_view noun);

// The word with the smallest edit distance to `typed`, for "did you mean"; empty when none is near.
template <typename Words>
std::string_view nearest(std::string_view typed, const Words& words);

std::size_t edit_distance(std::string_view left, std::string_view right);

template <typename Words>
std::string_view nearest(std::string_view typed, const Words& words) {
    std::string_view best;
    std::size_t least = typed.size() / 3 + 2;
    for (std::string_view word : words) {
        if (const auto distance = edit_distance(typed, word); distance < least) {
            least = distance;
            best = word;
        }
    }
    return best;
}

}  // namespace toolrack
