#include "jwt/fault.hpp"

#include <cstddef>

namespace toolrack::jwt {

namespace {

// A table and not a switch: a jump that is foreseen for one reason more often than for another would tell them apart.
struct sentence {
    fault of;
    std::string_view text;
};
constexpr sentence sentences[] = {
    {fault::too_long, "it is longer than 4 KiB"},
    {fault::not_compact, "it is not three segments with dots between them"},
    {fault::bad_encoding, "a segment is not base64url as an encoder writes it"},
    {fault::bad_header, "its header is not exactly alg, typ and kid"},
    {fault::wrong_algorithm, "its alg is not HS256"},
    {fault::wrong_type, "its typ is not at+jwt"},
    {fault::unknown_key, "its kid is none of our keys"},
    {fault::bad_signature, "its signature is wrong"},
    {fault::retired_key, "it is signed with a retired key"},
    {fault::expired_key, "it is signed with a key that is past its not_after"},
    {fault::claims_not_json, "its claims are not one strict JSON object"},
    {fault::bad_issuer, "its claim iss is missing or not a text"},
    {fault::bad_audience, "its claim aud is missing or not a text or a list of texts"},
    {fault::bad_subject, "its claim sub is missing or no name: 1 to 256 bytes without white space"},
    {fault::bad_scope, "its claim scope is missing or not words with single spaces between them"},
    {fault::bad_issued_at, "its claim iat is missing or not a whole number of seconds since 1970"},
    {fault::bad_not_before, "its claim nbf is not a whole number of seconds since 1970"},
    {fault::bad_expiry, "its claim exp is missing or not a whole number of seconds since 1970"},
    {fault::bad_id, "its claim jti is missing or not 1 to 128 visible ASCII characters"},
    {fault::bound_to_a_key, "its claim cnf binds it to a key of its holder, which is not supported"},
    {fault::wrong_issuer, "its iss is not the issuer that is expected here"},
    {fault::wrong_audience, "its aud does not name this server"},
    {fault::from_the_future, "its iat is in the future"},
    {fault::not_yet_valid, "its nbf is in the future"},
    {fault::expired, "it has expired"},
    {fault::lives_too_long, "its life, from iat to exp, is longer than max_ttl allows, or not above zero"},
    {fault::revoked, "it is revoked"},
    {fault::revoked_key, "its key is revoked"},
    {fault::revoked_principal, "its principal's tokens from before a certain time are revoked"}};

constexpr bool is_in_order() {
    std::size_t place = 0;
    for (const auto& one : sentences)
        if (static_cast<std::size_t>(one.of) != place++) return false;
    return place == static_cast<std::size_t>(fault::revoked_principal) + 1;
}
static_assert(is_in_order(), "every fault has a sentence, in the order of the faults");

}  // namespace

std::string_view to_string(fault why) noexcept { return sentences[static_cast<std::size_t>(why)].text; }

std::string to_string(const refusal& refused) {
    std::string said;
    said.reserve(200);
    if (refused.id.empty()) said += "a signed token was refused: ";
    else ((said += "the signed token ") += refused.id) += " was refused: ";
    return said += to_string(refused.why);
}

}  // namespace toolrack::jwt
