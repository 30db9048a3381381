// HMAC-SHA-256 under one key, which is prepared once and never given back.
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

    // A key of any length; whoever chooses keys says which are long enough.
    explicit mac(std::string_view key);

    tag of(std::string_view text) const;
    // Takes the same time wherever the two differ. A tag of another length is wrong.
    bool matches(std::string_view text, std::string_view tag) const;

private:
    struct end {
        void operator()(EVP_MAC_CTX* context) const noexcept;
    };
    using context = std::unique_ptr<EVP_MAC_CTX, end>;

    context keyed_;
};

}  // namespace toolrack::jwt
