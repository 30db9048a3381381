// The hashes of the accepted tokens. The tokens themselves are not kept.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

class token_set {
public:
    // `tokens` are separated by white space. Throws toolrack::setup_error for a token that is a placeholder or can be
    // guessed. `variable` is the name in the errors, which never quote a token.
    token_set(std::string_view tokens, std::string_view variable);

    // The number of the token, from 0. In constant time.
    std::optional<std::size_t> find(std::string_view shown) const;

    std::size_t size() const { return hashes_.size(); }

private:
    using hash = std::array<unsigned char, 32>;
    struct free_method {
        void operator()(EVP_MD* method) const { EVP_MD_free(method); }
    };

    hash hash_of(std::string_view token) const;

    std::unique_ptr<EVP_MD, free_method> sha256_;  // fetched once: fetching takes most of the time of a hash
    std::vector<hash> hashes_;
};
