// The keys that verify tokens, each with its HMAC prepared. Immutable: any thread.
//
// For an unknown kid, find() returns some other key, so that verifying such a token takes as long as verifying one with
// a wrong signature. The other key depends on the kid and on a random number: with a fixed one, the small differences
// between the times of keys would reveal which kids exist.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jwt/key_ring.hpp"
#include "jwt/mac.hpp"

namespace toolrack::jwt {

struct prepared_key {
    explicit prepared_key(const key& from);

    bool is_accepted_at(std::int64_t now) const noexcept {
        return state != key_state::retired && (!not_after || now < *not_after);
    }

    std::string kid;
    jwt::mac mac;
    key_state state;
    std::optional<std::int64_t> not_after;
};

class prepared_keys {
public:
    explicit prepared_keys(const key_ring& ring);

    struct found {
        const prepared_key& key;
        bool is_known;  // when false, `key` is another key, which must not accept anything
    };
    // In constant time.
    found find(std::string_view kid) const noexcept;

    // The kid of each key that is accepted at `now`, with a fingerprint that does not reveal the key, so that the keys
    // of two rings can be compared.
    std::vector<std::pair<std::string, mac::tag>> accepted_at(std::int64_t now) const;

private:
    using padded_kid = std::array<char, 32>;
    static padded_kid padded(std::string_view kid) noexcept;
    std::size_t substitute_for(const padded_kid& kid) const noexcept;

    std::vector<prepared_key> keys_;  // never empty: a ring without keys gets a random one
    std::vector<padded_kid> kids_;
    std::uint64_t random_;
};

}  // namespace toolrack::jwt
