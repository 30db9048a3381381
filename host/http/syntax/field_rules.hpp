// What one header field, and all of them together, may say about framing and identity.
#pragma once

#include <optional>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

// Appends the field, unless it stands a second time, mimics another one with underscores, or has a
// value that only confusion can come of.
std::optional<rejection> take_field(head& into, std::string_view name, std::string_view value);

// Decides how long the body is, in the only two ways that are not ambiguous, and refuses what asks
// for another protocol.
std::optional<rejection> check_framing(head& of);

}  // namespace toolrack::http
