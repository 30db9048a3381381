// Writing JSON, appended to a string. What is written is always valid JSON, whatever is given.
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolrack::json {

namespace scan {

// Stands for itself in a string: ASCII, and none of those that are escaped.
inline bool is_plain(char c) { return static_cast<signed char>(c) >= ' ' && c != '"' && c != '\\'; }

// The first byte that is not plain ASCII text: a quote, a backslash, a control character, or the
// beginning of something longer.
inline const char* plain(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(' ');
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        // Signed, so that everything from 0x80 counts as below a blank too.
        const int hits = _mm_movemask_epi8(_mm_or_si128(
            _mm_cmplt_epi8(bytes, blank), _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape))));
        if (hits) return at + std::countr_zero(static_cast<unsigned>(hits));
    }
#endif
    while (at != end && static_cast<signed char>(*at) >= ' ' && *at != '"' && *at != '\\') ++at;
    return at;
}

// The length of the UTF-8 character that begins here, 0 when it is none (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF).
inline std::size_t utf8(const char* at, const char* end) {
    const auto byte = [&](std::ptrdiff_t n) { return static_cast<unsigned char>(at[n]); };
    const auto follows = [&](std::ptrdiff_t n, unsigned low = 0x80, unsigned high = 0xBF) {
        return end - at > n && byte(n) >= low && byte(n) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace scan

inline void write_escaped(std::string& out, char c) {
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
        constexpr char digits[] = "0123456789abcdef";
        out += "\\u00";
        out += digits[c >> 4 & 0xF];
        out += digits[c & 0xF];
    }
}

// Quoted and escaped. Bytes that are not UTF-8 become U+FFFD, one for each.
inline void write_string(std::string& out, std::string_view text) {
    out += '"';
    const char* at = text.data();
    const char* end = at + text.size();
    for (const char* clean = at;;) {
        at = scan::plain(at, end);
        std::size_t length = 0;
        while (at != end && (length = scan::utf8(at, end)) > 1) at += length;
        // What stops here is the end, or has to be escaped, or is plain again, or is no UTF-8.
        if (at != end && scan::is_plain(*at)) continue;
        out.append(clean, static_cast<std::size_t>(at - clean));
        if (at == end) break;
        if (length == 1) write_escaped(out, *at);
        else out += "\xEF\xBF\xBD";
        clean = ++at;
    }
    out += '"';
}

inline void write_number(std::string& out, std::int64_t number) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

inline void write_number(std::string& out, std::uint64_t number) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// The shortest text that reads back as the same number; null for what JSON has no number for.
inline void write_number(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    // In plain digits as far as people write them so: 100000, and not 1e+05.
    const double size = std::fabs(number);
    const bool plain = size == 0 || (size >= 1e-5 && size < 1e16);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number, format).ptr);
}

}  // namespace toolrack::json
