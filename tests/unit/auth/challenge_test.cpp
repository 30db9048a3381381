#include "auth/challenge.hpp"

#include "catch.hpp"

using namespace toolrack;
using identity::refusal;

TEST_CASE("without credentials the challenge has no error code") {
    CHECK(auth::challenge(refusal::no_token) == R"(Bearer realm="toolrack")");
    CHECK(auth::challenge(refusal::not_bearer) == R"(Bearer realm="toolrack")");
}

TEST_CASE("with an invalid token the challenge has the error invalid_token") {
    for (const auto why : {refusal::bad_token,
                           refusal::wrong_audience,
                           refusal::empty_token,
                           refusal::unexpanded_variable,
                           refusal::placeholder,
                           refusal::malformed_token})
        CHECK(auth::challenge(why) == R"(Bearer realm="toolrack", error="invalid_token")");
}

TEST_CASE("a 400 or 503 has no challenge") {
    CHECK(auth::challenge(refusal::token_in_query).empty());
    CHECK(auth::challenge(refusal::unavailable).empty());
}

TEST_CASE("without metadata no challenge names it, so that no client starts an OAuth flow") {
    for (auto why = refusal::no_token; why <= refusal::unavailable;
         why = static_cast<refusal>(static_cast<int>(why) + 1))
        CHECK(auth::challenge(why).find("resource_metadata") == std::string::npos);
}
