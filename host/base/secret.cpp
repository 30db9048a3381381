#include "base/secret.hpp"

#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>
#include <utility>

namespace toolrack {

secret::secret(secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe(bytes_);
        bytes_ = std::move(other.bytes_);
        wipe(other.bytes_);
    }
    return *this;
}

secret::~secret() { wipe(bytes_); }

void wipe(char* bytes, std::size_t size) noexcept { OPENSSL_cleanse(bytes, size); }

void wipe(std::string& bytes) noexcept {
    // The capacity, not the size: a moved-from or shortened string still has its old bytes.
    OPENSSL_cleanse(bytes.data(), bytes.capacity());
    bytes.clear();
}

secret take_from_environment(const char* name) {
    char* value = std::getenv(name);
    if (!value) return {};
    secret taken{std::string_view(value)};
    wipe(value, std::strlen(value));
    ::unsetenv(name);
    return taken;
}

}  // namespace toolrack
