// Skipping over JSON text: the loops that reading spends its time in.
//
// Every function takes a position and the end, and returns a position no further than the end,
// whatever the text is.
#pragma once

#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolrack::json::scan {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline const char* space(const char* at, const char* end) {
    while (at != end && is_space(*at)) ++at;
    return at;
}

// The first quote or backslash.
inline const char* to_quote_or_escape(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape)));
        if (hits) return at + std::countr_zero(static_cast<unsigned>(hits));
    }
#endif
    while (at != end && *at != '"' && *at != '\\') ++at;
    return at;
}

// The first quote or bracket of any kind. The brackets differ from the braces by one bit.
inline const char* to_quote_or_bracket(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), one_bit = _mm_set1_epi8(0x20);
    const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i braced = _mm_or_si128(bytes, one_bit);
        const int hits = _mm_movemask_epi8(_mm_or_si128(
            _mm_cmpeq_epi8(bytes, quote), _mm_or_si128(_mm_cmpeq_epi8(braced, open), _mm_cmpeq_epi8(braced, close))));
        if (hits) return at + std::countr_zero(static_cast<unsigned>(hits));
    }
#endif
    while (at != end && *at != '"' && (*at | 0x20) != '{' && (*at | 0x20) != '}') ++at;
    return at;
}

// From an opening quote to the closing one, or to the end when there is none.
inline const char* to_closing_quote(const char* at, const char* end) {
    for (++at;;) {
        at = to_quote_or_escape(at, end);
        if (at == end || *at == '"') return at;
        if (end - at < 2) return end;
        at += 2;
    }
}

// From an opening quote to behind the closing one.
inline const char* string(const char* at, const char* end) {
    at = to_closing_quote(at, end);
    return at == end ? end : at + 1;
}

// From an opening bracket to behind the one that closes it. Counts, and does not recurse: depth
// costs no stack.
inline const char* container(const char* at, const char* end) {
    for (long depth = 0;;) {
        at = to_quote_or_bracket(at, end);
        if (at == end) return end;
        if (*at == '"') {
            at = string(at, end);
            continue;
        }
        depth += (*at | 0x20) == '{' ? 1 : -1;
        ++at;
        if (depth <= 0) return at;
    }
}

// Over a number, true, false or null.
inline const char* word(const char* at, const char* end) {
    while (at != end && *at != ',' && *at != '}' && *at != ']' && !is_space(*at)) ++at;
    return at;
}

// Over one value of any kind.
inline const char* value(const char* at, const char* end) {
    if (at == end) return end;
    if (*at == '"') return string(at, end);
    if (*at == '{' || *at == '[') return container(at, end);
    return word(at, end);
}

}  // namespace toolrack::json::scan
