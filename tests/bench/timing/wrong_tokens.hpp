// Tokens that are refused, each made afresh: of the three kinds that nobody may be able to tell apart.
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

// How a token is wrong, and one that is.
struct way_to_be_wrong {
    const char* name;
    std::function<std::string()> make;
};
using ways = std::array<way_to_be_wrong, 3>;

inline std::size_t random_below(std::size_t limit) {
    static std::mt19937_64 dice(std::random_device{}());
    return static_cast<std::size_t>(dice() % limit);
}

inline std::string random_text(std::string_view characters, std::size_t length) {
    std::string text(length, ' ');
    for (char& c : text) c = characters[random_below(characters.size())];
    return text;
}

// Any of the characters but the one that it is.
inline char another_than(char c, std::string_view characters) {
    const auto at = characters.find(c);
    return characters[(at + 1 + random_below(characters.size() - 1)) % characters.size()];
}

// The tokens of a list, and all that are wrong for it but have the right check.
class crowd {
public:
    explicit crowd(std::size_t size) {
        for (std::size_t n = 0; n != size; ++n) {
            bearers.emplace_back(token::make_bearer().reveal());
            token::record one;
            one.id = *token::id_of(bearers.back());
            one.principal = "user" + std::to_string(n % 20'000);
            one.hash = token::hash_of(bearers.back());
            records.push_back(one);
        }
    }

    ways wrong() const {
        constexpr std::size_t first_of_secret = 17, last_of_secret = 59;
        return {{{"a wrong first byte", [this] { return with_another(first_of_secret); }},
                 {"a wrong last byte", [this] { return with_another(last_of_secret); }},
                 {"an unknown id", [] {
                      const auto text = "trk_" + random_text(digits, 12) + '_' + random_text(digits, 43) + '_';
                      return text + test::check_of(text);
                  }}}};
    }

    std::vector<std::string> bearers;
    std::vector<token::record> records;

private:
    static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    std::string with_another(std::size_t at) const {
        const auto& good = bearers[random_below(bearers.size())];
        return test::changed_at(good, at, another_than(good[at], digits));
    }
};

// The same of one token that is no list's.
inline ways wrong_words(const std::string& good) {
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto with_another = [good](std::size_t at) {
        auto text = good;
        text[at] = another_than(text[at], digits);
        return text;
    };
    return {{{"a wrong first byte", [=] { return with_another(0); }},
             {"a wrong last byte", [=] { return with_another(good.size() - 1); }},
             {"one that is all wrong", [size = good.size()] { return random_text(digits, size); }}}};
}

// Signed tokens of the keys of a ring, each with an id of its own.
inline ways wrong_signatures(const jwt::key_ring& ring, std::string_view audience) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto signed_by = [audience = std::string(audience)](const jwt::key& key) {
        return jwt::sign({.issuer = "toolrack", .audience = {audience}, .subject = "ann", .scopes = {"orders:read"},
                          .issued_at = now, .not_before = {}, .expires = now + 3600,
                          .id = random_text("0123456789abcdef", 24)},
                         key);
    };
    const auto with_another = [signed_by, &ring](std::size_t from_the_end, std::string_view characters) {
        auto text = signed_by(ring.keys()[random_below(ring.keys().size())]);
        char& c = text[text.size() - from_the_end];
        c = another_than(c, characters);
        return text;
    };
    constexpr std::size_t signature = 43;
    // The last character of 32 bytes has but four bits to say.
    return {{{"a wrong first byte", [=] { return with_another(signature, alphabet); }},
             {"a wrong last byte", [=] { return with_another(1, "AEIMQUYcgkosw048"); }},
             {"an unknown kid", [=] {
                  static auto strangers = jwt::make_key(now);
                  strangers.kid = "k" + random_text("0123456789abcdef", 10);
                  return signed_by(strangers);
              }}}};
}

}  // namespace toolrack::bench
