// Why a token is refused: for the log, never for the client.
#pragma once

#include <string>
#include <string_view>

namespace toolrack::jwt {

enum class fault {
    // Before the signature is verified.
    too_long,
    not_compact,
    bad_encoding,
    bad_header,
    wrong_algorithm,
    wrong_type,
    unknown_key,
    bad_signature,
    // The signature is right.
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

// As the end of a sentence: "its signature is wrong".
std::string_view to_string(fault why) noexcept;

struct refusal {
    fault why;
    std::string id = {};  // its jti, if the signature is right and the jti usable

    bool operator==(const refusal&) const = default;
};

// "the signed token 4f1c... was refused: it has expired". Quotes nothing of a token whose signature is wrong.
std::string to_string(const refusal& refused);

}  // namespace toolrack::jwt
