// Decodes parameter values in HTTP headers. (2026-07-28, basic/transports/streamable-http, "Value Encoding".)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack::wire {

// Whether the value is visible ASCII, spaces and tabs only: the characters that a header may contain unencoded.
bool is_plain_value(std::string_view value) noexcept;

// Decodes a value of the form =?base64?...?=; returns any other value unchanged. Empty when the Base64 is malformed.
std::optional<std::string> decoded_value(std::string_view value);

}  // namespace toolrack::wire
