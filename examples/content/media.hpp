// Minimal encoders for base64 (RFC 4648), WAV, and black-and-white PNG (ISO/IEC 15948). A real plugin
// uses a library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace media {

inline std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto byte = [&](std::size_t n) -> unsigned {
        return n < bytes.size() ? static_cast<unsigned char>(bytes[n]) : 0;
    };
    std::string out;
    for (std::size_t n = 0; n < bytes.size(); n += 3) {
        const unsigned three = byte(n) << 16 | byte(n + 1) << 8 | byte(n + 2);
        for (const int shift : {18, 12, 6, 0}) out += digits[three >> shift & 63];
    }
    const std::size_t padding = (3 - bytes.size() % 3) % 3;
    return out.replace(out.size() - padding, padding, padding, '=');
}

inline std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift);
    return bytes;
}

inline std::string little_endian(std::uint32_t number, std::size_t size = 4) {
    std::string bytes;
    for (; size != 0; --size, number >>= 8) bytes += static_cast<char>(number);
    return bytes;
}

// One channel of unsigned bytes, 128 being silence.
inline std::string wav(std::string_view samples, std::uint32_t per_second) {
    const auto size = static_cast<std::uint32_t>(samples.size());
    std::string format = little_endian(1, 2) + little_endian(1, 2) + little_endian(per_second) +
                         little_endian(per_second) + little_endian(1, 2) + little_endian(8, 2);
    return "RIFF" + little_endian(36 + size) + "WAVEfmt " + little_endian(16) + format + "data" +
           little_endian(size).append(samples);
}

inline std::string png_chunk(std::string_view type, std::string_view content) {
    const std::string checked = std::string(type).append(content);
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : checked) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit != 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return big_endian(static_cast<std::uint32_t>(content.size())) + checked + big_endian(~crc);
}

// Every row is the same: a bit for each pixel, 1 being white. Not compressed, so at most 64 KiB.
inline std::string png_of_rows(std::string_view row, std::uint32_t width, std::uint32_t height) {
    std::string pixels;
    for (std::uint32_t y = 0; y != height; ++y) pixels.append(1, '\0').append(row);
    std::uint32_t low = 1, high = 0;
    for (const char c : pixels) {
        low = (low + static_cast<unsigned char>(c)) % 65521;
        high = (high + low) % 65521;
    }
    const auto size = static_cast<std::uint32_t>(pixels.size());
    const std::string one_bit_grey("\x01\x00\x00\x00\x00", 5);
    return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", big_endian(width) + big_endian(height) + one_bit_grey) +
           png_chunk("IDAT",
                     "\x78\x01\x01" + little_endian(size, 2) + little_endian(~size, 2) + pixels +
                         big_endian(high << 16 | low)) +
           png_chunk("IEND", {});
}

}  // namespace media
