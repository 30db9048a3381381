// What a target claims of whatever it is given. One that does not hold ends the run with the claim in words, and
// libFuzzer keeps the input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"

namespace toolrack::fuzz {

inline void claim(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "\nIt does not hold that %s.\n", what);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

// A copy of its own memory and no byte more, so that a sanitizer sees a look beyond its end.
class exact_copy {
public:
    explicit exact_copy(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
        text.copy(bytes_, size_);
    }
    ~exact_copy() { delete[] bytes_; }
    exact_copy(const exact_copy&) = delete;
    exact_copy& operator=(const exact_copy&) = delete;

    operator std::string_view() const { return {bytes_, size_}; }

private:
    char* bytes_;
    std::size_t size_;
};

// Choices that depend on nothing but the input: the same again when a find is run again.
class dice {
public:
    explicit dice(std::string_view input) {
        for (const unsigned char byte : input) state_ = (state_ ^ byte) * 0x100000001b3;
    }
    // From 1 to `most`.
    std::size_t roll(std::size_t most) {
        state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
        return 1 + static_cast<std::size_t>(state_ * 0x2545F4914F6CDD1D >> 33) % most;
    }

private:
    std::uint64_t state_ = 0xcbf29ce484222325;
};

// The next piece of what arrives piece by piece.
inline std::string_view next_piece(std::string_view& rest, std::size_t size) {
    const auto piece = rest.substr(0, size);
    rest.remove_prefix(piece.size());
    return piece;
}

// One line that a person can be shown, whatever was quoted in it.
inline bool is_presentable(std::string_view sentence) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    return !sentence.empty() && is_utf8(sentence) && std::ranges::none_of(sentence, is_control);
}

}  // namespace toolrack::fuzz
