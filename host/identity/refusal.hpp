// Why a caller is not let in: the gate's answer, before it becomes a status and a challenge.
#pragma once

#include <string_view>

namespace toolrack::identity {

enum class refusal {
    no_token,              // nothing was shown
    not_bearer,            // Basic, Digest, ...
    empty_token,           // "Bearer" and nothing after it
    unexpanded_variable,   // the literal ${MCP_AUTH_TOKEN}: the client did not fill it in
    placeholder,           // <your-token>
    malformed_token,       // characters no token has
    token_in_query,        // ?access_token=: it would be in every log on the way
    bad_token,             // unknown, forged, expired or revoked
    wrong_audience,        // made for another server
    too_many_failures,     // the same as bad_token, from where too many of them came
    forbidden,             // known, and not allowed
    unavailable            // could not find out
};

unsigned status_of(refusal why) noexcept;

// Its name above: for the audit.
std::string_view word_for(refusal why) noexcept;

// One sentence that the caller may read and act on. It never repeats what was shown.
std::string_view sentence(refusal why) noexcept;

// The RFC 6750 error code for the challenge; empty when no credentials were shown at all.
std::string_view challenge_error(refusal why) noexcept;

}  // namespace toolrack::identity
