#include "identity/refusal.hpp"

namespace toolrack::identity {

unsigned status_of(refusal why) noexcept {
    switch (why) {
    case refusal::no_token:
    case refusal::not_bearer:
    case refusal::empty_token:
    case refusal::unexpanded_variable:
    case refusal::placeholder:
    case refusal::malformed_token:
    case refusal::bad_token:
    case refusal::wrong_audience: return 401;
    case refusal::token_in_query: return 400;
    case refusal::too_many_failures: return 429;
    case refusal::forbidden: return 403;
    case refusal::unavailable: return 503;
    }
    return 503;
}

std::string_view word_for(refusal why) noexcept {
    switch (why) {
    case refusal::no_token: return "no_token";
    case refusal::not_bearer: return "not_bearer";
    case refusal::empty_token: return "empty_token";
    case refusal::unexpanded_variable: return "unexpanded_variable";
    case refusal::placeholder: return "placeholder";
    case refusal::malformed_token: return "malformed_token";
    case refusal::token_in_query: return "token_in_query";
    case refusal::bad_token: return "bad_token";
    case refusal::too_many_failures: return "too_many_failures";
    case refusal::wrong_audience: return "wrong_audience";
    case refusal::forbidden: return "forbidden";
    case refusal::unavailable: return "unavailable";
    }
    return {};
}

std::string_view sentence(refusal why) noexcept {
    switch (why) {
    case refusal::no_token: return "This server requires a token. Send the header \"Authorization: Bearer TOKEN\".";
    case refusal::not_bearer:
        return "The Authorization header does not use the Bearer scheme. Send \"Authorization: Bearer TOKEN\".";
    case refusal::empty_token:
        return "The Authorization header has no token after \"Bearer\". Set the variable that should contain it.";
    case refusal::unexpanded_variable:
        return "The Authorization header contains the name of a variable instead of its value. Set that variable "
               "in the environment of the client, and write it in the syntax that the client expands.";
    case refusal::placeholder:
        return "The Authorization header contains a placeholder. Replace it with the token that the operator of "
               "this server gave you.";
    case refusal::malformed_token:
        return "The token contains characters that are not allowed in a token. Check it for quotes, spaces and "
               "line breaks.";
    case refusal::token_in_query:
        return "Tokens in the URL are not accepted, because URLs are logged. Send the token in the header "
               "\"Authorization: Bearer TOKEN\", and replace this one.";
    case refusal::bad_token:
        return "The token is not valid: it is unknown, expired or revoked. Ask the operator of this server for a "
               "new one.";
    case refusal::too_many_failures:
        return "The token is not valid, and there were too many invalid tokens before it. Check it, or ask the "
               "operator of this server for a new one, and wait before the next attempt.";
    case refusal::wrong_audience: return "The token was issued for another server. Request a token for this server.";
    case refusal::forbidden: return "You are not allowed to use this server. Ask its operator for access.";
    case refusal::unavailable: return "The server could not check the token. Try again later.";
    }
    return "The server could not check the token. Try again later.";
}

std::string_view challenge_error(refusal why) noexcept {
    switch (why) {
    case refusal::no_token:
    case refusal::forbidden:
    case refusal::unavailable: return {};
    case refusal::token_in_query: return "invalid_request";
    case refusal::not_bearer: return {};
    case refusal::empty_token:
    case refusal::unexpanded_variable:
    case refusal::placeholder:
    case refusal::malformed_token:
    case refusal::bad_token:
    case refusal::too_many_failures:
    case refusal::wrong_audience: return "invalid_token";
    }
    return {};
}

}  // namespace toolrack::identity
