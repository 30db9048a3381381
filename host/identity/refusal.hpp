// The reason why a request is not authenticated, with its HTTP status, sentence and challenge error.
#pragma once

#include <string_view>

namespace toolrack::identity {

enum class refusal {
    no_token,             // no Authorization header
    not_bearer,           // Basic, Digest, ...
    empty_token,          // "Bearer" without a token
    unexpanded_variable,  // "${MCP_AUTH_TOKEN}": the client did not expand it
    placeholder,          // "<your-token>"
    malformed_token,      // characters that RFC 6750 does not allow
    token_in_query,       // ?access_token=, which proxies and servers log
    bad_token,            // unknown, forged, expired or revoked
    wrong_audience,       // issued for another server
    too_many_failures,    // like bad_token, after too many bad tokens from the same source or with the same id
    forbidden,            // authenticated, but not allowed
    unavailable           // the backend could not decide
};

unsigned status_of(refusal why) noexcept;

// The name of the enumerator: for the audit log and metrics.
std::string_view word_for(refusal why) noexcept;

// For the client. It never contains the token.
std::string_view sentence(refusal why) noexcept;

// The RFC 6750 error code for the challenge; empty when the request has no credentials.
std::string_view challenge_error(refusal why) noexcept;

}  // namespace toolrack::identity
