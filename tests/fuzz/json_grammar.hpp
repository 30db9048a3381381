// A second parser for JSON (RFC 8259), which shares no code with the host.
//
// Requires UTF-8 and complete surrogate pairs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace toolrack::fuzz {

class json_grammar {
public:
    static bool takes(std::string_view text) {
        json_grammar at(text);
        at.blanks();
        return at.value() && (at.blanks(), at.rest_.empty());
    }

private:
    explicit json_grammar(std::string_view text) : rest_(text) {}

    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool take(char c) {
        if (!next_is(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void blanks() {
        while (take(' ') || take('\t') || take('\r') || take('\n')) {
        }
    }

    bool value() {
        if (take('{')) return members();
        if (take('[')) return elements();
        if (take('"')) return characters();
        return take("true") || take("false") || take("null") || number();
    }
    bool members() {
        blanks();
        if (take('}')) return true;
        do {
            blanks();
            if (!take('"') || !characters()) return false;
            blanks();
            if (!take(':')) return false;
            blanks();
            if (!value()) return false;
            blanks();
        } while (take(','));
        return take('}');
    }
    bool elements() {
        blanks();
        if (take(']')) return true;
        do {
            blanks();
            if (!value()) return false;
            blanks();
        } while (take(','));
        return take(']');
    }

    bool digits() {
        const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        rest_.remove_prefix(count);
        return count > 0;
    }
    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return digits();
    }

    bool characters() {
        while (!take('"')) {
            if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < ' ') return false;
            if (take('\\')) {
                if (!escape()) return false;
            } else if (!character()) {
                return false;
            }
        }
        return true;
    }
    bool escape() {
        if (take('u')) return surrogates();
        if (rest_.empty() || std::string_view("\"\\/bfnrt").find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool surrogates() {
        const int unit = hex();
        if (unit < 0 || (unit >= 0xDC00 && unit < 0xE000)) return false;
        if (unit < 0xD800 || unit >= 0xE000) return true;
        if (!take("\\u")) return false;
        const int low = hex();
        return low >= 0xDC00 && low < 0xE000;
    }
    int hex() {
        if (rest_.size() < 4) return -1;
        int unit = 0;
        for (int n = 0; n < 4; ++n) {
            const auto digit = std::string_view("0123456789abcdefABCDEF").find(rest_[static_cast<std::size_t>(n)]);
            if (digit == std::string_view::npos) return -1;
            unit = unit * 16 + static_cast<int>(digit < 16 ? digit : digit - 6);
        }
        rest_.remove_prefix(4);
        return unit;
    }
    // One of UTF-8 (RFC 3629, section 4).
    bool character() {
        const auto byte = [&](std::size_t n) { return n < rest_.size() ? static_cast<unsigned char>(rest_[n]) : 0; };
        const auto tail = [&](std::size_t n) { return byte(n) >= 0x80 && byte(n) < 0xC0; };
        std::size_t length = 0;
        const unsigned code2 = (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
        const unsigned code3 = (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
        const unsigned code4 =
            (byte(0) & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
        if (byte(0) < 0x80) length = 1;
        else if (byte(0) >> 5 == 6 && tail(1) && code2 >= 0x80) length = 2;
        else if (byte(0) >> 4 == 14 && tail(1) && tail(2) && code3 >= 0x800 && code3 >> 11 != 27) length = 3;
        else if (byte(0) >> 3 == 30 && tail(1) && tail(2) && tail(3) && code4 >= 0x10000 && code4 <= 0x10FFFF)
            length = 4;
        rest_.remove_prefix(length);
        return length > 0;
    }

    std::string_view rest_;
};

}  // namespace toolrack::fuzz
