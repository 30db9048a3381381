#include "jwt/fault.hpp"

#include <cstddef>

namespace toolrack::jwt {

namespace {

// A table and not a switch: branch prediction would make the time depend on the reason.
struct description {
    fault of;
    std::string_view text;
};
constexpr description descriptions[] = {
    {fault::too_long, "it is longer than 4 KiB"},
    {fault::not_compact, "it is not three segments separated by dots"},
    {fault::bad_encoding, "a segment is not canonical base64url"},
    {fault::bad_header, "its header is not exactly alg, typ and kid"},
    {fault::wrong_algorithm, "its alg is not HS256"},
    {fault::wrong_type, "its typ is not at+jwt"},
    {fault::unknown_key, "its kid is unknown"},
    {fault::bad_signature, "its signature is wrong"},
    {fault::retired_key, "it is signed with a retired key"},
    {fault::expired_key, "it is signed with a key that is past its not_after"},
    {fault::claims_not_json, "its claims are not one strict JSON object"},
    {fault::bad_issuer, "its claim iss is missing or not a text"},
    {fault::bad_audience, "its claim aud is missing or neither a text nor a list of texts"},
    {fault::bad_subject, "its claim sub is missing or not 1 to 256 bytes without white space"},
    {fault::bad_scope, "its claim scope is missing or not a list of scopes separated by single spaces"},
    {fault::bad_issued_at, "its claim iat is missing or not a whole number of seconds since 1970"},
    {fault::bad_not_before, "its claim nbf is not a whole number of seconds since 1970"},
    {fault::bad_expiry, "its claim exp is missing or not a whole number of seconds since 1970"},
    {fault::bad_id, "its claim jti is missing or not 1 to 128 visible ASCII characters"},
    {fault::bound_to_a_key, "its claim cnf binds it to a key of the client, which is not supported"},
    {fault::wrong_issuer, "its iss is not the expected issuer"},
    {fault::wrong_audience, "its aud does not name this server"},
    {fault::from_the_future, "its iat is in the future"},
    {fault::not_yet_valid, "its nbf is in the future"},
    {fault::expired, "it has expired"},
    {fault::lives_too_long, "its lifetime, from iat to exp, is above max_ttl or not positive"},
    {fault::revoked, "it is revoked"},
    {fault::revoked_key, "its key is revoked"},
    {fault::revoked_principal, "all tokens of its principal up to a later time are revoked"}};

constexpr bool is_in_order() {
    std::size_t place = 0;
    for (const auto& one : descriptions)
        if (static_cast<std::size_t>(one.of) != place++) return false;
    return place == static_cast<std::size_t>(fault::revoked_principal) + 1;
}
static_assert(is_in_order(), "every fault has a description, in the order of the enumeration");

}  // namespace

std::string_view to_string(fault why) noexcept { return descriptions[static_cast<std::size_t>(why)].text; }

std::string to_string(const refusal& refused) {
    std::string text;
    text.reserve(200);
    if (refused.id.empty()) text += "a signed token was refused: ";
    else ((text += "the signed token ") += refused.id) += " was refused: ";
    return text += to_string(refused.why);
}

}  // namespace toolrack::jwt
