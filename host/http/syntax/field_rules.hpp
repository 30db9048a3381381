// Rules for header fields that concern framing and identity.
#pragma once

#include <optional>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

// Appends the field. Refuses a repeated singleton field, a name that imitates another one with underscores, and an
// upgrade to HTTP/2.
std::optional<rejection> add_field(head& into, std::string_view name, std::string_view value);

// Determines the length of the body in one of the two unambiguous ways, and refuses upgrades and compressed bodies.
std::optional<rejection> check_framing(head& of);

}  // namespace toolrack::http
