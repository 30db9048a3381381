// The keys that tokens are signed with, as keys.toml has them. Read strictly, written in one form.
//
//     schema = 1
//
//     [[key]]
//     kid = "k3f9c2d7a41"
//     secret = "trkk_EjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0VniQEjQ"
//     state = "active"
//     created = 2027-01-15T08:00:00Z
//     not_after = 2027-04-15T08:00:00Z
//
// A secret is trkk_ and the 32 bytes of the key in base64url without padding: 43 characters that stand for
// exactly these bytes, and these bytes have no other writing. So a PEM, a JWK, a password or a short key
// cannot be put there, and what `toolrack key export` shows to other minters is the very same key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace toolrack::jwt {

enum class key_state {
    active,  // signs, and is accepted; there is one at most
    verify,  // accepted: on its way in, on its way out, or another minter's
    retired  // refused
};
std::string_view to_string(key_state state) noexcept;

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::string_view key_prefix = "trkk_";

// Times in seconds since 1970.
struct key {
    std::string kid;
    secret bytes;
    key_state state = key_state::verify;
    std::int64_t created = 0;
    std::optional<std::int64_t> not_after;  // refused from then on

    bool is_accepted_at(std::int64_t now) const noexcept {
        return state != key_state::retired && (!not_after || now < *not_after);
    }
};

class key_ring {
public:
    static constexpr std::size_t most_keys = 64;

    const std::vector<key>& keys() const noexcept { return keys_; }
    std::vector<key>& keys() noexcept { return keys_; }

    const key* active() const noexcept;  // null when there is none
    const key* find(std::string_view kid) const noexcept;
    key* find(std::string_view kid) noexcept;

private:
    std::vector<key> keys_;
};

// `file` is for sentences, which never show a secret. Throws failure: "FILE:LINE:COLUMN: what is wrong;
// expected this, found that".
key_ring read_key_ring(std::string_view text, const std::string& file);
secret write_key_ring(const key_ring& ring);

// A fresh one, with a random kid.
key make_key(std::int64_t now);

}  // namespace toolrack::jwt
