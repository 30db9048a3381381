// Makes tokens that are refused. Each backend has three kinds, whose refusals must take the same time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.hpp"
#include "bearers.hpp"
#include "jwt/header.hpp"
#include "jwt/profile.hpp"
#include "token/bearer.hpp"
#include "token/record.hpp"

namespace toolrack::bench {

inline constexpr std::int64_t now = 1'800'000'000;

struct wrong_token_kind {
    const char* name;
    std::function<std::string()> make;
};
using wrong_token_kinds = std::array<wrong_token_kind, 3>;

inline std::size_t random_below(std::size_t limit) {
    static std::mt19937_64 generator(std::random_device{}());
    return static_cast<std::size_t>(generator() % limit);
}

inline std::string random_text(std::string_view characters, std::size_t length) {
    std::string text(length, ' ');
    for (char& c : text) c = characters[random_below(characters.size())];
    return text;
}

inline char other_than(char c, std::string_view characters) {
    const auto at = characters.find(c);
    return characters[(at + 1 + random_below(characters.size() - 1)) % characters.size()];
}

// A list of tokens. The wrong tokens have a correct checksum.
class token_list {
public:
    explicit token_list(std::size_t size) {
        for (std::size_t n = 0; n != size; ++n) {
            bearers.emplace_back(token::make_bearer().reveal());
            token::record one;
            one.id = *token::id_of(bearers.back());
            one.principal = "user" + std::to_string(n % 20'000);
            one.hash = token::hash_of(bearers.back());
            records.push_back(one);
        }
    }

    wrong_token_kinds wrong_tokens() const {
        constexpr std::size_t first_of_secret = 17, last_of_secret = 59;
        return {{{"a wrong first byte", [this] { return with_change_at(first_of_secret); }},
                 {"a wrong last byte", [this] { return with_change_at(last_of_secret); }},
                 {"an unknown id", [] {
                      const auto text = "trk_" + random_text(digits, 12) + '_' + random_text(digits, 43) + '_';
                      return text + test::check_of(text);
                  }}}};
    }

    std::vector<std::string> bearers;
    std::vector<token::record> records;

private:
    static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    std::string with_change_at(std::size_t at) const {
        const auto& good = bearers[random_below(bearers.size())];
        return test::changed_at(good, at, other_than(good[at], digits));
    }
};

// Of one token in hexadecimal digits, without a checksum.
inline wrong_token_kinds wrong_static_tokens(const std::string& good) {
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto with_change_at = [good](std::size_t at) {
        auto text = good;
        text[at] = other_than(text[at], digits);
        return text;
    };
    return {{{"a wrong first byte", [=] { return with_change_at(0); }},
             {"a wrong last byte", [=] { return with_change_at(good.size() - 1); }},
             {"a wrong token", [size = good.size()] { return random_text(digits, size); }}}};
}

// JWTs, each with an id of its own.
inline wrong_token_kinds wrong_jwts(const jwt::key_ring& ring, std::string_view audience) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto signed_by = [audience = std::string(audience)](const jwt::key& key) {
        return jwt::sign({.issuer = "toolrack",
                          .audience = {audience},
                          .subject = "ann",
                          .scopes = {"orders:read"},
                          .issued_at = now,
                          .not_before = {},
                          .expires = now + 3600,
                          .id = random_text("0123456789abcdef", 24)},
                         key);
    };
    const auto with_change_at = [signed_by, &ring](std::size_t from_the_end, std::string_view characters) {
        auto text = signed_by(ring.keys()[random_below(ring.keys().size())]);
        char& c = text[text.size() - from_the_end];
        c = other_than(c, characters);
        return text;
    };
    constexpr std::size_t signature_length = 43;
    // The last Base64 character of a 32-byte signature encodes only four bits.
    return {{{"a wrong first byte", [=] { return with_change_at(signature_length, alphabet); }},
             {"a wrong last byte", [=] { return with_change_at(1, "AEIMQUYcgkosw048"); }},
             {"an unknown kid", [=] {
                  static auto unknown = jwt::make_key(now);
                  unknown.kid = "k" + random_text("0123456789abcdef", 10);
                  return signed_by(unknown);
              }}}};
}

}  // namespace toolrack::bench
