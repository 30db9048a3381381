#include "base/seal.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/base64.hpp"

namespace toolrack {
namespace {

// Format: version, key id, nonce, then (encrypted) expiry and plain text, then the tag. The clear part is authenticated
// as well.
constexpr char version = 1;
constexpr std::size_t id_size = 4, nonce_size = 12, expiry_size = 8, tag_size = 16, cipher_key_size = 32;
constexpr std::size_t head_size = 1 + id_size + nonce_size;
constexpr std::size_t least_size = head_size + expiry_size + tag_size;
constexpr std::size_t most_size = least_size + seal::longest;

void must(bool worked) {
    if (!worked) throw failure("OpenSSL cannot seal with AES-256-GCM and HKDF-SHA256.", exit_code::software);
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(bytes_of(bytes), static_cast<int>(count)) != 1)
        throw failure("The random generator of OpenSSL failed.", exit_code::software);
    return bytes;
}

// Moves the bytes into a secret and wipes the original.
secret to_secret(std::string bytes) {
    secret made{std::string_view(bytes)};
    wipe(bytes);
    return made;
}

// RFC 5869 without a salt: the keys are random, and every replica must derive the same bytes.
std::string hkdf(std::string_view key, std::string_view purpose, std::size_t size) {
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kind(EVP_KDF_fetch(nullptr, "HKDF", nullptr),
                                                                 &EVP_KDF_free);
    must(kind != nullptr);
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> work(EVP_KDF_CTX_new(kind.get()),
                                                                         &EVP_KDF_CTX_free);
    must(work != nullptr);
    std::string digest = "SHA256", from(key), info(purpose), made(size, '\0');
    const std::array settings{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
                              OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, from.data(), from.size()),
                              OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                              OSSL_PARAM_construct_end()};
    const bool worked = EVP_KDF_derive(work.get(), bytes_of(made), made.size(), settings.data()) == 1;
    wipe(from);
    must(worked);
    return made;
}

std::string written(std::chrono::system_clock::time_point when) {
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
    auto left = static_cast<std::uint64_t>(count);
    std::string text(expiry_size, '\0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, left >>= 8) *at = static_cast<char>(left & 0xFF);
    return text;
}

std::chrono::milliseconds expiry_in(std::string_view opened) {
    std::uint64_t count = 0;
    for (const unsigned char byte : opened.substr(0, expiry_size)) count = count << 8 | byte;
    return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

// AES-256-GCM over one text: encryption or decryption.
class cipher {
public:
    enum direction : int { opening = 0, closing = 1 };

    cipher(direction way, const secret& key, std::string_view head, std::string_view bound_to) {
        must(work_ != nullptr);
        must(EVP_CipherInit_ex(work_.get(),
                               EVP_aes_256_gcm(),
                               nullptr,
                               bytes_of(key.reveal()),
                               bytes_of(head.substr(head_size - nonce_size)),
                               way) == 1);
        associate(head);
        if (!bound_to.empty()) associate(bound_to);
    }

    std::string process(std::string_view text) {
        std::string out(text.size(), '\0');
        int size = 0;
        must(EVP_CipherUpdate(work_.get(), bytes_of(out), &size, bytes_of(text), static_cast<int>(text.size())) == 1);
        must(static_cast<std::size_t>(size) == text.size());  // GCM has no block padding
        return out;
    }
    std::string tag() {
        std::string made(tag_size, '\0');
        must(is_finished() && EVP_CIPHER_CTX_ctrl(work_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, made.data()) == 1);
        return made;
    }
    bool is_tagged(std::string shown) {
        must(EVP_CIPHER_CTX_ctrl(work_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, shown.data()) == 1);
        return is_finished();
    }

private:
    // The head has a fixed size, so the boundary between it and the context is unambiguous.
    void associate(std::string_view text) {
        int size = 0;
        must(EVP_CipherUpdate(work_.get(), nullptr, &size, bytes_of(text), static_cast<int>(text.size())) == 1);
    }
    bool is_finished() {
        int none = 0;
        std::array<unsigned char, 16> nothing{};
        return EVP_CipherFinal_ex(work_.get(), nothing.data(), &none) == 1;
    }

    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> work_{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
};

std::optional<std::string> opened(std::string_view sealed, const secret& key, std::string_view bound_to) {
    cipher work(cipher::opening, key, sealed.substr(0, head_size), bound_to);
    auto inside = work.process(sealed.substr(head_size, sealed.size() - head_size - tag_size));
    if (!work.is_tagged(std::string(sealed.substr(sealed.size() - tag_size)))) return std::nullopt;
    return inside;
}

}  // namespace

seal::key seal::derived_from(const secret& configured) {
    if (configured.size() < shortest_key)
        throw failure("A seal key has " + std::to_string(configured.size()) + " bytes and needs at least " +
                      std::to_string(shortest_key) + "; create one with \"openssl rand -base64 32\".");
    // One derivation for both, so that the id is independent of the key.
    auto bytes = hkdf(configured.reveal(), "toolrack seal v1", cipher_key_size + id_size);
    auto id = bytes.substr(cipher_key_size);
    bytes.resize(cipher_key_size);
    return {std::move(id), to_secret(std::move(bytes))};
}

seal::seal(std::span<const secret> keys) {
    if (keys.empty()) throw failure("There is no key to seal with.");
    for (const auto& each : keys) keys_.push_back(derived_from(each));
}

std::string
seal::close(std::string_view plain, std::string_view bound_to, std::chrono::system_clock::time_point expires) const {
    if (plain.size() > longest)
        throw failure("A text of " + std::to_string(plain.size()) + " bytes is too long to be sealed; at most " +
                          std::to_string(longest) + " are.",
                      exit_code::software);
    const auto& with = keys_.front();
    const auto head = version + with.id + random_bytes(nonce_size);
    cipher work(cipher::closing, with.cipher_key, head, bound_to);
    const auto inside = work.process(written(expires) + std::string(plain));
    return base64url(head + inside + work.tag());
}

result<std::string, seal_fault>
seal::open(std::string_view text, std::string_view bound_to, std::chrono::system_clock::time_point now) const {
    if (text.size() > (most_size * 4 + 2) / 3) return seal_fault::malformed;
    const auto sealed = base64url_decoded(text);
    if (!sealed || sealed->size() < least_size || sealed->front() != version) return seal_fault::malformed;
    for (const auto& each : keys_) {
        if (sealed->compare(1, id_size, each.id) != 0) continue;
        const auto inside = opened(*sealed, each.cipher_key, bound_to);
        if (!inside) continue;
        if (now.time_since_epoch() >= expiry_in(*inside)) return seal_fault::expired;
        return inside->substr(expiry_size);
    }
    return seal_fault::forged;
}

secret random_key() { return to_secret(random_bytes(seal::shortest_key)); }

}  // namespace toolrack
