// Authenticated encryption for small texts that a client keeps for the server and can neither read nor change.
//
// For state that a stateless server cannot keep itself: requestState, cursors. A sealed text opens with the key that
// closed it, for the context that it was bound to, until it expires. It can be opened more than once; replay protection
// is the caller's task. (2026-07-28, basic/patterns/mrtr, "Server Requirements".)
//
// AES-256-GCM with a random nonce, good for 2^32 texts with one key: rotate before. Replicas with the same keys open
// each other's texts. Immutable: any thread may use one.
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
    malformed,  // not a sealed text
    forged,     // modified, bound to another context, or closed with an unknown key
    expired
};

class seal {
public:
    static constexpr std::size_t longest = 64 * 1024;  // bytes of plain text
    static constexpr std::size_t shortest_key = 32;    // bytes

    // The first key closes, all keys open. To rotate, put a new key in front and remove the old one when its texts have
    // expired. Throws failure when `keys` is empty or a key is too short.
    explicit seal(std::span<const secret> keys);

    // Returns base64url without padding. `bound_to` is the context that must be the same when the text comes back
    // (principal, method, a digest of the parameters), joined unambiguously. Throws failure when `plain` is longer than
    // `longest`.
    std::string
    close(std::string_view plain, std::string_view bound_to, std::chrono::system_clock::time_point expires) const;

    result<std::string, seal_fault>
    open(std::string_view text, std::string_view bound_to, std::chrono::system_clock::time_point now) const;

private:
    struct key {
        std::string id;  // part of the sealed text, to find the key; reveals nothing about it
        secret cipher_key;
    };
    static key derived_from(const secret& configured);

    std::vector<key> keys_;
};

// A new random key of `shortest_key` bytes.
secret random_key();

}  // namespace toolrack
