#include "jwt/prepared_keys.hpp"

#include <algorithm>

#include "jwt/header.hpp"

namespace toolrack::jwt {

prepared_key::prepared_key(const key& from)
    : kid(from.kid), header(header_segment(from.kid)), mac(from.bytes.reveal()), state(from.state),
      not_after(from.not_after) {}

prepared_keys::prepared_keys(const key_ring& ring) {
    keys_.reserve(ring.keys().size());
    for (const key& one : ring.keys()) keys_.emplace_back(one);
}

const prepared_key* prepared_keys::by_header(std::string_view segment) const noexcept {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const prepared_key& one) { return one.header == segment; });
    return found == keys_.end() ? nullptr : &*found;
}

const prepared_key* prepared_keys::by_kid(std::string_view kid) const noexcept {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const prepared_key& one) { return one.kid == kid; });
    return found == keys_.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, mac::tag>> prepared_keys::accepted_at(std::int64_t now) const {
    std::vector<std::pair<std::string, mac::tag>> accepted;
    for (const auto& one : keys_)
        if (one.is_accepted_at(now)) accepted.emplace_back(one.kid, one.mac.of("which key is this"));
    return accepted;
}

}  // namespace toolrack::jwt
