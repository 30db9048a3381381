#include "auth/bearer_token.hpp"

#include <algorithm>

#include "base/character_set.hpp"
#include "base/text.hpp"

namespace toolrack::auth {
namespace {

using identity::refusal;

// RFC 6750 2.1: b64token.
constexpr character_set token_characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

// A variable that the client did not expand: ${NAME}, $NAME, ${env:NAME}, ${input:NAME}, {env:NAME}, %NAME%,
// {{ NAME }}.
bool is_unexpanded(std::string_view token) {
    return token.starts_with("$") || token.starts_with("{") ||
           (token.size() > 2 && token.starts_with("%") && token.ends_with("%"));
}

bool is_placeholder(std::string_view token) {
    if (token.starts_with("<") && token.ends_with(">")) return true;
    for (std::string_view word : {"your-generated-token",
                                  "your-token",
                                  "your-token-here",
                                  "your_token",
                                  "your_token_here",
                                  "changeme",
                                  "change-me",
                                  "token",
                                  "xxx"})
        if (equals_ignoring_case(token, word)) return true;
    return false;
}

}  // namespace

result<std::string_view, refusal> bearer_token(const identity::request_facts& shown) {
    if (shown.token_in_query) return refusal::token_in_query;
    if (!shown.authorization) return refusal::no_token;

    const auto header = trim(*shown.authorization);
    if (header.empty()) return refusal::empty_token;
    const auto end_of_scheme = header.find_first_of(" \t");
    if (!equals_ignoring_case(header.substr(0, end_of_scheme), "bearer")) {
        // Some clients are configured with a variable, or the bare token, in place of the scheme.
        return is_unexpanded(header) ? refusal::unexpanded_variable : refusal::not_bearer;
    }

    const auto token =
        end_of_scheme == std::string_view::npos ? std::string_view() : trim(header.substr(end_of_scheme));
    if (token.empty()) return refusal::empty_token;
    if (is_unexpanded(token)) return refusal::unexpanded_variable;
    if (is_placeholder(token)) return refusal::placeholder;
    if (!token_characters.has_all_of(token)) return refusal::malformed_token;
    return token;
}

}  // namespace toolrack::auth
