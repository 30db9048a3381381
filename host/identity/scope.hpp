// Scopes, which principals are granted and features require: words separated by colons.
//
// A granted scope covers the scopes that begin with it: "orders" covers "orders:read". "*" covers every scope; it can
// be granted but not required, and no other star is a wildcard. (RFC 6749 3.3; MCP, basic/authorization, "Scope
// Challenge Handling".)
#pragma once

#include <cstddef>
#include <string_view>

namespace toolrack::identity {

inline constexpr std::string_view every_scope = "*";
inline constexpr std::size_t longest_scope = 256;

// A scope-token of RFC 6749 3.3, of at most longest_scope bytes. A token may contain it.
bool is_scope(std::string_view text) noexcept;

// A scope-token of non-empty words without a star. A feature may require it.
bool can_be_required(std::string_view scope) noexcept;

// What can be granted and covers something: "*", or what a feature can require.
bool can_be_granted(std::string_view scope) noexcept;

bool covers(std::string_view granted, std::string_view required) noexcept;

}  // namespace toolrack::identity
