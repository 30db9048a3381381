#include "wire/header_value.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace toolrack::wire {

bool is_plain_value(std::string_view value) noexcept {
    return std::all_of(value.begin(), value.end(), [](char c) { return (c >= 0x20 && c <= 0x7E) || c == '\t'; });
}

std::optional<std::string> decoded_value(std::string_view value) {
    constexpr std::string_view prefix = "=?base64?", suffix = "?=";
    if (value.size() < prefix.size() + suffix.size() || !value.starts_with(prefix) || !value.ends_with(suffix))
        return std::string(value);
    return base64_decoded(value.substr(prefix.size(), value.size() - prefix.size() - suffix.size()));
}

}  // namespace toolrack::wire
