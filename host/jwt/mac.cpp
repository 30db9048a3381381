#include "jwt/mac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/error.hpp"

namespace toolrack::jwt {
namespace {

[[noreturn]] void fail() { throw failure("OpenSSL cannot compute HMAC-SHA-256.", exit_code::software); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

void mac::free_context::operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }

mac::mac(std::string_view key) {
    EVP_MAC* const method = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    keyed_.reset(EVP_MAC_CTX_new(method));
    EVP_MAC_free(method);  // the context has its own reference

    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    // For OpenSSL a null key means "keep the previous key", so an empty key needs an address too.
    static constexpr unsigned char none = 0;
    if (!keyed_ || EVP_MAC_init(keyed_.get(), key.empty() ? &none : bytes_of(key), key.size(), parameters) != 1) fail();
}

// Copying the prepared context costs half as much as preparing one.
mac::tag mac::of(std::string_view text) const {
    const context work(EVP_MAC_CTX_dup(keyed_.get()));
    tag made{};
    std::size_t written = 0;
    if (!work || EVP_MAC_update(work.get(), bytes_of(text), text.size()) != 1 ||
        EVP_MAC_final(work.get(), made.data(), &written, made.size()) != 1 || written != made.size())
        fail();
    return made;
}

bool mac::matches(std::string_view text, std::string_view tag) const {
    const auto right = of(text);
    return tag.size() == right.size() && CRYPTO_memcmp(right.data(), tag.data(), right.size()) == 0;
}

}  // namespace toolrack::jwt
