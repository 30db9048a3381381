#include "token/bearer.hpp"

#include <boost/crc.hpp>
#include <cstdint>
#include <openssl/rand.h>

#include "base/character_set.hpp"
#include "base/error.hpp"

namespace toolrack::token {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr character_set base62(digits);
constexpr std::size_t secret_length = 43, check_length = 6;
constexpr std::size_t secret_at = prefix.size() + id_length + 1, check_at = secret_at + secret_length + 1;
static_assert(check_at + check_length == length);

// Uniformly distributed: bytes from the last multiple of 62 on are discarded.
void append_random(std::string& out, std::size_t count) {
    constexpr unsigned limit = 256 / 62 * 62;
    unsigned char bytes[64];
    while (count > 0) {
        if (RAND_bytes(bytes, sizeof bytes) != 1)
            throw failure("OpenSSL cannot generate random bytes.", exit_code::software);
        for (const auto byte : bytes) {
            if (byte >= limit || count == 0) continue;
            out += digits[byte % 62];
            --count;
        }
    }
    wipe(reinterpret_cast<char*>(bytes), sizeof bytes);
}

std::string checksum_of(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    std::string checksum(check_length, '0');
    auto rest = crc.checksum();
    for (auto at = checksum.rbegin(); at != checksum.rend(); ++at, rest /= 62) *at = digits[rest % 62];
    return checksum;
}

}  // namespace

secret make_bearer() {
    std::string text;
    text.reserve(length);  // growing would leave copies of the secret in memory
    text += prefix;
    append_random(text, id_length);
    text += '_';
    append_random(text, secret_length);
    text += '_';
    text += checksum_of(text);
    secret made{std::string_view(text)};
    wipe(text);
    return made;
}

bool is_id(std::string_view text) noexcept { return text.size() == id_length && base62.has_all_of(text); }

std::optional<std::string_view> id_of(std::string_view bearer) noexcept {
    if (bearer.size() != length || !bearer.starts_with(prefix)) return std::nullopt;
    const auto id = bearer.substr(prefix.size(), id_length);
    const auto secret_part = bearer.substr(secret_at, secret_length);
    if (!is_id(id) || bearer[secret_at - 1] != '_' || bearer[check_at - 1] != '_') return std::nullopt;
    if (!base62.has_all_of(secret_part)) return std::nullopt;
    if (bearer.substr(check_at) != checksum_of(bearer.substr(0, check_at))) return std::nullopt;
    return id;
}

sha256_digest hash_of(std::string_view bearer) {
    constexpr std::string_view salt("toolrack-token-v1\0", 18);
    std::string salted;
    salted.reserve(salt.size() + bearer.size());
    salted += salt;
    salted += bearer;
    const auto digest = sha256(salted);
    wipe(salted);
    return digest;
}

}  // namespace toolrack::token
