#include "auth/challenge.hpp"

#include <fmt/format.h>

namespace toolrack::auth {
namespace {

constexpr std::string_view beginning = R"(Bearer realm="toolrack")";

// `value` needs no escaping: error codes, scopes and URLs contain neither quotes nor backslashes.
void add(std::string& to, std::string_view name, std::string_view value) {
    ((((to += ", ") += name) += "=\"") += value) += '"';
}

}  // namespace

std::string challenge(identity::refusal why, std::string_view metadata, std::string_view scopes) {
    const auto status = identity::status_of(why);
    if (status != 401 && status != 403 && status != 429) return {};
    std::string value(beginning);
    // RFC 6750 3.1: no error code when no credentials were shown.
    if (const auto error = identity::challenge_error(why); !error.empty()) add(value, "error", error);
    // The scopes that this request requires are not known before its body is read.
    if (status == 401 && !scopes.empty()) add(value, "scope", scopes);
    if (!metadata.empty()) add(value, "resource_metadata", metadata);
    return value;
}

std::string scope_challenge(const std::vector<std::string>& required, std::string_view metadata) {
    std::string value(beginning);
    add(value, "error", "insufficient_scope");
    add(value, "scope", fmt::format("{}", fmt::join(required, " ")));
    if (!metadata.empty()) add(value, "resource_metadata", metadata);
    return value;
}

}  // namespace toolrack::auth
