// The inside of a JSON string: what its escapes stand for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace toolrack::json {

inline void append_utf8(std::string& out, char32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | point >> 6);
        out += static_cast<char>(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | point >> 12);
        out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (point & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | point >> 18);
        out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (point & 0x3F));
    }
}

// Reads the inside of a string one escape at a time, into a buffer of its own: at most one
// character is decoded at once, so comparing needs no memory.
class unescaper {
public:
    explicit unescaper(std::string_view raw) noexcept : rest_(raw) {}

    bool at_end() const noexcept { return rest_.empty(); }

    // The next bytes: a run without escapes, or one decoded character.
    std::string_view next() noexcept {
        if (rest_.front() != '\\') return take(std::min(rest_.find('\\'), rest_.size()));
        const char letter = rest_.size() > 1 ? rest_[1] : '\0';
        if (letter == 'u') return unicode();
        take(std::min<std::size_t>(2, rest_.size()));
        return plain(letter);
    }

private:
    static constexpr char32_t replacement = 0xFFFD;

    std::string_view take(std::size_t count) noexcept {
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view plain(char letter) noexcept {
        switch (letter) {
        case 'b': return "\b";
        case 'f': return "\f";
        case 'n': return "\n";
        case 'r': return "\r";
        case 't': return "\t";
        default: buffer_[0] = letter; return {buffer_, letter == '\0' ? 0u : 1u};
        }
    }

    // A lone half of a surrogate pair is no character, and is shown as one that says so.
    std::string_view unicode() noexcept {
        char32_t point = code_unit();
        if (point >= 0xD800 && point < 0xDC00 && rest_.starts_with("\\u")) {
            const std::string_view before = rest_;
            const char32_t low = code_unit();
            if (low >= 0xDC00 && low < 0xE000) {
                point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            } else {
                rest_ = before;
            }
        }
        return encoded(point >= 0xD800 && point < 0xE000 ? replacement : point);
    }

    // The four digits behind \u; what cannot be read counts as the replacement character.
    char32_t code_unit() noexcept {
        const std::string_view digits = take(6).substr(2);
        char32_t unit = 0;
        for (const char c : digits) {
            const char lower = static_cast<char>(c | 0x20);
            if (c >= '0' && c <= '9') unit = unit << 4 | static_cast<char32_t>(c - '0');
            else if (lower >= 'a' && lower <= 'f') unit = unit << 4 | static_cast<char32_t>(lower - 'a' + 10);
            else return replacement;
        }
        return digits.size() == 4 ? unit : replacement;
    }

    std::string_view encoded(char32_t point) noexcept {
        std::string four;  // fits in the string itself: never allocates
        append_utf8(four, point);
        four.copy(buffer_, sizeof buffer_);
        return {buffer_, four.size()};
    }

    std::string_view rest_;
    char buffer_[4] = {};
};

inline std::string decoded(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (unescaper text(raw); !text.at_end();) out += text.next();
    return out;
}

// Whether the inside of a JSON string stands for this text.
inline bool same_string(std::string_view raw, std::string_view text) noexcept {
    if (raw == text) return raw.find('\\') == std::string_view::npos;
    if (raw.size() <= text.size()) return false;  // an escape is always longer than what it stands for
    for (unescaper each(raw); !each.at_end();) {
        const std::string_view piece = each.next();
        if (!text.starts_with(piece)) return false;
        text.remove_prefix(piece.size());
    }
    return text.empty();
}

}  // namespace toolrack::json
