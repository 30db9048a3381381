#include "base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace toolrack {

sha256_digest sha256(std::string_view bytes) {
    // Fetched once: the lookup is most of the cost of a short digest.
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    sha256_digest digest{};
    if (!method || EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, method, nullptr) != 1)
        throw failure("OpenSSL cannot compute SHA-256.", exit_code::software);
    return digest;
}

sha256_digest hmac_sha256(const secret& key, std::string_view bytes) {
    sha256_digest digest{};
    if (!HMAC(EVP_sha256(),
              key.reveal().data(),
              static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(bytes.data()),
              bytes.size(),
              digest.data(),
              nullptr))
        throw failure("OpenSSL cannot compute HMAC-SHA-256.", exit_code::software);
    return digest;
}

std::string hex(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string hex(const sha256_digest& digest) {
    return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string random_id(std::size_t bytes) {
    std::string raw(bytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(raw.size())) != 1)
        throw failure("The random generator of OpenSSL failed.", exit_code::software);
    return base64url(raw);
}

}  // namespace toolrack
