// Tokens with a valid checksum and a wrong secret: the checksum has no key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace toolrack::test {

// CRC-32 in base 62, independent of the host's implementation.
inline std::string check_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::uint32_t crc = 0xFFFFFFFF;
    for (const unsigned char byte : text) {
        crc ^= byte;
        for (int bit = 0; bit != 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    crc = ~crc;
    std::string check(6, '0');
    for (auto at = check.rbegin(); at != check.rend(); ++at, crc /= 62) *at = digits[crc % 62];
    return check;
}

// The token with the character at `at` replaced, and the checksum computed again.
inline std::string changed_at(std::string bearer, std::size_t at, char other) {
    bearer[at] = other;
    bearer.resize(bearer.size() - 6);
    return bearer + check_of(bearer);
}

}  // namespace toolrack::test
