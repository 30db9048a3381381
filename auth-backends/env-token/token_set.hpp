// The tokens that are let in, as hashes: the tokens themselves are forgotten at once.
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
    // Tokens separated by white space. Throws toolrack::setup_error for what cannot be trusted to
    // keep strangers out; variable is where the tokens come from, for its sentences, which never
    // quote a token.
    token_set(std::string_view tokens, std::string_view variable);

    // Which token this is, counting from 0. Takes the same time whichever it is, or none.
    std::optional<std::size_t> find(std::string_view shown) const;

    std::size_t size() const { return hashes_.size(); }

private:
    using hash = std::array<unsigned char, 32>;
    struct free_method {
        void operator()(EVP_MD* method) const { EVP_MD_free(method); }
    };

    hash hash_of(std::string_view token) const;

    std::unique_ptr<EVP_MD, free_method> sha256_;  // looked up once: it is most of the cost
    std::vector<hash> hashes_;
};
