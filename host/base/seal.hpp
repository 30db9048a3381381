// The seal: small texts that a client carries for us, which it can neither read nor change.
//
// For what a server without sessions has nowhere else to keep: requestState, cursors. A sealed text opens
// with the key that closed it, for what it was bound to, until it expires. It opens as often as it
// is shown; whoever must not be answered twice remembers that elsewhere. (2026-07-28, basic/patterns/mrtr,
// "Server Requirements".)
//
// AES-256-GCM with a random nonce, which is good for 2^32 texts per key: rotate before. Replicas with the
// same keys open each other's texts. Immutable: any thread may use one.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace toolrack {

enum class seal_fault {
    malformed,  // not a sealed text at all
    forged,     // changed, bound to something else, or closed with a key that is not ours (any more)
    expired
};

class seal {
public:
    static constexpr std::size_t longest = 64 * 1024;  // bytes that can be sealed
    static constexpr std::size_t shortest_key = 32;    // bytes

    // The first key closes, all open: put a new one in front and drop the old one when what it closed has
    // expired. Throws failure when there is none, or one is too short.
    explicit seal(std::span<const secret> keys);

    // In base64url without padding. `bound_to` is whatever must be the same again when the text comes back
    // (who, which method, a digest of its parameters), joined so that no two different ones look alike.
    // Throws failure when `plain` is longer than `longest`.
    std::string close(std::string_view plain,
                      std::string_view bound_to,
                      std::chrono::system_clock::time_point expires) const;

    result<std::string, seal_fault> open(std::string_view text,
                                         std::string_view bound_to,
                                         std::chrono::system_clock::time_point now) const;

private:
    struct key {
        std::string id;  // stands in the text, to find the key again; says nothing about it
        secret cipher_key;
    };
    static key derived_from(const secret& configured);

    std::vector<key> keys_;
};

// Fresh, and long enough for a seal.
secret random_key();

}  // namespace toolrack
