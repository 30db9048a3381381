#include "jwt/prepared_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <openssl/crypto.h>

namespace toolrack::jwt {

prepared_key::prepared_key(const key& from)
    : kid(from.kid), mac(from.bytes.reveal()), state(from.state), not_after(from.not_after) {}

prepared_keys::prepared_keys(const key_ring& ring) {
    auto placeholder = make_key(0);
    placeholder.kid.clear();
    placeholder.state = key_state::retired;
    std::memcpy(&random_, placeholder.bytes.reveal().data(), sizeof random_);
    keys_.reserve(std::max<std::size_t>(ring.keys().size(), 1));
    for (const key& one : ring.keys()) keys_.emplace_back(one);
    if (keys_.empty()) keys_.emplace_back(placeholder);
    for (const auto& one : keys_) kids_.push_back(padded(one.kid));
}

// Compares all keys, of which there are few, and without a branch: branch prediction would make the time depend on the
// kid.
prepared_keys::found prepared_keys::find(std::string_view kid) const noexcept {
    const auto wanted = padded(kid);
    std::size_t at = substitute_for(wanted), known = 0;
    for (std::size_t n = 0; n != kids_.size(); ++n) {
        const std::size_t is_match = CRYPTO_memcmp(kids_[n].data(), wanted.data(), wanted.size()) == 0;
        at ^= (at ^ n) & (0 - is_match);
        known |= is_match;
    }
    return {keys_[at], known != 0};
}

std::size_t prepared_keys::substitute_for(const padded_kid& kid) const noexcept {
    std::array<std::uint64_t, sizeof(padded_kid) / sizeof(std::uint64_t)> words;
    std::memcpy(words.data(), kid.data(), kid.size());
    auto mixed = random_;
    for (const auto word : words) {
        mixed = (mixed ^ word) * 0x9E3779B97F4A7C15;
        mixed ^= mixed >> 29;
    }
    return static_cast<std::size_t>((mixed >> 32) * keys_.size() >> 32);
}

prepared_keys::padded_kid prepared_keys::padded(std::string_view kid) noexcept {
    padded_kid text{};
    std::copy_n(kid.begin(), std::min(kid.size(), text.size()), text.begin());
    return text;
}

std::vector<std::pair<std::string, mac::tag>> prepared_keys::accepted_at(std::int64_t now) const {
    std::vector<std::pair<std::string, mac::tag>> accepted;
    for (const auto& one : keys_)
        if (one.is_accepted_at(now)) accepted.emplace_back(one.kid, one.mac.of("toolrack key fingerprint"));
    return accepted;
}

}  // namespace toolrack::jwt
