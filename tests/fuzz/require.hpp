// The requirements that a fuzz target checks for every input. A failed one prints its sentence and aborts; libFuzzer
// keeps the input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"

namespace toolrack::fuzz {

inline void require(bool holds, const char* requirement) {
    if (holds) return;
    std::fprintf(stderr, "\nRequirement failed: %s.\n", requirement);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

// A copy in a block of exactly its size, so that a sanitizer detects a read beyond the end.
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

// Pseudo-random choices that depend only on the input, so that a finding is reproducible.
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

// Removes the next piece from the front of `rest`.
inline std::string_view next_piece(std::string_view& rest, std::size_t size) {
    const auto piece = rest.substr(0, size);
    rest.remove_prefix(piece.size());
    return piece;
}

// Whether a sentence is one line of printable text.
inline bool is_presentable(std::string_view sentence) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    return !sentence.empty() && is_utf8(sentence) && std::ranges::none_of(sentence, is_control);
}

}  // namespace toolrack::fuzz
