// HMAC-SHA-256 with one key, which is prepared once and cannot be read back.
//
// Immutable: any thread may use one.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace toolrack::jwt {

class mac {
public:
    static constexpr std::size_t size = 32;
    using tag = std::array<unsigned char, size>;

    // A key of any length: the caller checks whether it is long enough.
    explicit mac(std::string_view key);

    tag of(std::string_view text) const;
    // In constant time. A tag of another length never matches.
    bool matches(std::string_view text, std::string_view tag) const;

private:
    struct free_context {
        void operator()(EVP_MAC_CTX* context) const noexcept;
    };
    using context = std::unique_ptr<EVP_MAC_CTX, free_context>;

    context keyed_;
};

}  // namespace toolrack::jwt
