// keys.toml: the keys that sign tokens. Read strictly, written in one form.
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
// A secret is trkk_ and the 32 bytes of the key in canonical base64url: 43 characters, the only form of these bytes. So
// a PEM, a JWK, a password or a short key is refused, and `toolrack key export` gives other issuers exactly this key.
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
    active,  // signs, and is accepted; at most one
    verify,  // accepted: before or after it signs, or the key of another issuer
    retired  // refused
};
std::string_view to_string(key_state state) noexcept;

inline constexpr std::size_t longest_keys_file = 64 * 1024;  // bytes
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

// `file` is the name in error sentences, which never quote a secret. Throws failure: "FILE:LINE:COLUMN: what is wrong;
// expected ..., found ...".
key_ring read_key_ring(std::string_view text, const std::string& file);
secret write_key_ring(const key_ring& ring);

// A new key with a random kid.
key make_key(std::int64_t now);

}  // namespace toolrack::jwt
