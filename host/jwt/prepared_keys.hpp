// Keys as checking a token wants them: each with its HMAC ready.
//
// Who asks for a key that there is none of gets another one all the same, so that a token with an unknown kid is
// checked as long as one with a wrong signature. Which one depends on the kid and on a secret: were it always the same,
// the nanosecond by which keys differ would tell those that are asked for by name from the one that never is.
//
// Immutable: any thread may use them.
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

    struct meant {
        const prepared_key& key;
        bool is_known;  // when not, the key is another one, and nothing that it says counts
    };
    // Takes the same time whichever it is, or none.
    meant find(std::string_view kid) const noexcept;

    // Each kid that is accepted then, with a tag that no other key would make: two rings can be compared, and
    // nothing is said about a key.
    std::vector<std::pair<std::string, mac::tag>> accepted_at(std::int64_t now) const;

private:
    using padded_kid = std::array<char, 32>;
    static padded_kid padded(std::string_view kid) noexcept;
    std::size_t instead_of(const padded_kid& kid) const noexcept;

    std::vector<prepared_key> keys_;  // never empty: where there are none, one that nobody has
    std::vector<padded_kid> kids_;
    std::uint64_t choice_;
};

}  // namespace toolrack::jwt
