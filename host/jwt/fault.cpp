#include "jwt/fault.hpp"

namespace toolrack::jwt {

std::string_view to_string(fault why) noexcept {
    switch (why) {
    case fault::too_long: return "it is longer than 4 KiB";
    case fault::not_compact: return "it is not three segments with dots between them";
    case fault::bad_encoding: return "a segment is not base64url as an encoder writes it";
    case fault::bad_header: return "its header is not exactly alg, typ and kid";
    case fault::wrong_algorithm: return "its alg is not HS256";
    case fault::wrong_type: return "its typ is not at+jwt";
    case fault::unknown_key: return "its kid is none of our keys";
    case fault::bad_signature: return "its signature is wrong";
    case fault::retired_key: return "it is signed with a retired key";
    case fault::expired_key: return "it is signed with a key that is past its not_after";
    case fault::claims_not_json: return "its claims are not one strict JSON object";
    case fault::bad_issuer: return "its claim iss is missing or not a text";
    case fault::bad_audience: return "its claim aud is missing or not a text or a list of texts";
    case fault::bad_subject: return "its claim sub is missing or no name: 1 to 256 bytes without white space";
    case fault::bad_scope: return "its claim scope is missing or not words with single spaces between them";
    case fault::bad_issued_at: return "its claim iat is missing or not a whole number of seconds since 1970";
    case fault::bad_not_before: return "its claim nbf is not a whole number of seconds since 1970";
    case fault::bad_expiry: return "its claim exp is missing or not a whole number of seconds since 1970";
    case fault::bad_id: return "its claim jti is missing or not 1 to 128 visible ASCII characters";
    case fault::bound_to_a_key: return "its claim cnf binds it to a key of its holder, which is not supported";
    case fault::wrong_issuer: return "its iss is not the issuer that is expected here";
    case fault::wrong_audience: return "its aud does not name this server";
    case fault::from_the_future: return "its iat is in the future";
    case fault::not_yet_valid: return "its nbf is in the future";
    case fault::expired: return "it has expired";
    case fault::lives_too_long: return "its life, from iat to exp, is longer than max_ttl allows, or not above zero";
    case fault::revoked: return "it is revoked";
    case fault::revoked_key: return "its key is revoked";
    case fault::revoked_principal: return "its principal's tokens from before a certain time are revoked";
    }
    return "it is not acceptable";
}

std::string to_string(const refusal& refused) {
    const std::string why(to_string(refused.why));
    return (refused.id.empty() ? "a signed token was refused: " : "the signed token " + refused.id + " was refused: ") +
           why;
}

}  // namespace toolrack::jwt
