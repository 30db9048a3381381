// What is kept of a token: everything but the token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::token {

struct record {
    std::string id;         // public; stands in the token itself
    std::string principal;  // who holds it; several tokens of one principal are how one is rotated
    sha256_digest hash{};
    std::vector<std::string> scopes;
    sys_seconds created;
    std::optional<sys_seconds> not_before;
    std::optional<sys_seconds> expires;  // none: never, and the list says so in so many words
    std::vector<std::string> sources;    // networks, or "unix"; none: from anywhere
    std::string note;                    // for people
    std::string replaced_by;             // the id of its successor
};

inline constexpr std::string_view from_unix = "unix";

}  // namespace toolrack::token
