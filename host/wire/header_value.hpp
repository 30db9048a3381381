// Values as MCP writes them into HTTP headers, where only ASCII fits.
//
// Spec: 2026-07-28, basic/transports/streamable-http, "Value Encoding".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolrack::wire {

// Visible ASCII, spaces and tabs: all that a header may say as it is.
bool is_plain_value(std::string_view value) noexcept;

// A header's value, decoded when it has the form =?base64?...?=; nothing when that is malformed.
std::optional<std::string> decoded_value(std::string_view value);

}  // namespace toolrack::wire
