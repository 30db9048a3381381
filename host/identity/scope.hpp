// Scopes: what a principal was granted and a feature requires, as colon-separated words.
//
// "orders" granted covers "orders:read" required: the broader word implies the narrower ones. "*" covers
// everything; it may be granted and never required, and is the only scope with a star that means
// anything. Pure text: globs are for the names of tools, and stand elsewhere. (RFC 6749 3.3; MCP,
// basic/authorization, "Scope Challenge Handling".)
#pragma once

#include <cstddef>
#include <string_view>

namespace toolrack::identity {

inline constexpr std::string_view every_scope = "*";
inline constexpr std::size_t longest_scope = 256;

// Whether a feature may require it: words of the characters that RFC 6749 allows, none of them empty and
// no star in any.
bool can_be_required(std::string_view scope) noexcept;

// Whether who was granted the one may do what the other is required for.
bool covers(std::string_view granted, std::string_view required) noexcept;

}  // namespace toolrack::identity
