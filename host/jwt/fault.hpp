// Why a token is refused: for the log, never for whoever showed it.
#pragma once

#include <string>
#include <string_view>

namespace toolrack::jwt {

enum class fault {
    // Before anything in it is trusted.
    too_long,
    not_compact,
    bad_encoding,
    bad_header,
    wrong_algorithm,
    wrong_type,
    unknown_key,
    bad_signature,
    // Signed with a key that is, or was, one of ours.
    retired_key,
    expired_key,
    claims_not_json,
    bad_issuer,
    bad_audience,
    bad_subject,
    bad_scope,
    bad_issued_at,
    bad_not_before,
    bad_expiry,
    bad_id,
    bound_to_a_key,
    wrong_issuer,
    wrong_audience,
    from_the_future,
    not_yet_valid,
    expired,
    lives_too_long,
    revoked,
    revoked_key,
    revoked_principal
};

// The end of a sentence about a token: "its signature is wrong".
std::string_view to_string(fault why) noexcept;

struct refusal {
    fault why;
    std::string id = {};  // its jti, once the signature was right and there was a usable one

    bool operator==(const refusal&) const = default;
};

// "The token 4f1c... has expired"; holds nothing that an unsigned token said.
std::string to_string(const refusal& refused);

}  // namespace toolrack::jwt
