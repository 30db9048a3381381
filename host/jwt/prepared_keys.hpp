// Keys as checking a token wants them: each with its HMAC and the header segment of our own tokens ready.
//
// Immutable: any thread may use them.
#pragma once

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
    std::string header;  // the first segment of what we sign with it
    jwt::mac mac;
    key_state state;
    std::optional<std::int64_t> not_after;
};

class prepared_keys {
public:
    explicit prepared_keys(const key_ring& ring);

    // Null when none is meant. There are few, so looking at each is quicker than a map.
    const prepared_key* by_header(std::string_view segment) const noexcept;
    const prepared_key* by_kid(std::string_view kid) const noexcept;

    // Each kid that is accepted then, with a tag that no other key would make: two rings can be compared, and
    // nothing is said about a key.
    std::vector<std::pair<std::string, mac::tag>> accepted_at(std::int64_t now) const;

private:
    std::vector<prepared_key> keys_;
};

}  // namespace toolrack::jwt
