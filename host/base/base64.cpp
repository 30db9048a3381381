#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace toolrack {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::int8_t invalid = -1;
using values = std::array<std::int8_t, 256>;

constexpr values values_of(std::string_view alphabet) {
    values all{};
    all.fill(invalid);
    for (std::size_t n = 0; n != alphabet.size(); ++n)
        all[static_cast<unsigned char>(alphabet[n])] = static_cast<std::int8_t>(n);
    return all;
}

constexpr values standard_values = values_of(standard);
constexpr values url_values = values_of(for_urls);

std::optional<std::string> decoded(std::string_view digits, const values& value_of) {
    std::string bytes;
    bytes.reserve(digits.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned pending = 0;  // bits that do not fill a byte yet
    for (const char digit : digits) {
        const int value = value_of[static_cast<unsigned char>(digit)];
        if (value == invalid) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        pending += 6;
        if (pending < 8) continue;
        pending -= 8;
        bytes += static_cast<char>(bits >> pending & 0xFF);
    }
    const bool is_cut = pending == 6;
    const bool says_more = (bits & ((1u << pending) - 1)) != 0;
    if (is_cut || says_more) return std::nullopt;
    return bytes;
}

}  // namespace

std::optional<std::string> base64_decoded(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const auto padding = text.ends_with("==") ? 2u : text.ends_with("=") ? 1u : 0u;
    return decoded(text.substr(0, text.size() - padding), standard_values);
}

std::string base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned pending = 0;
    for (const unsigned char byte : bytes) {
        bits = bits << 8 | byte;
        pending += 8;
        while (pending >= 6) {
            pending -= 6;
            text += for_urls[bits >> pending & 63];
        }
    }
    if (pending != 0) text += for_urls[bits << (6 - pending) & 63];
    return text;
}

std::optional<std::string> base64url_decoded(std::string_view text) { return decoded(text, url_values); }

}  // namespace toolrack
