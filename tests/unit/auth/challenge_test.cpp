#include "auth/challenge.hpp"

#include "catch.hpp"

using namespace toolrack;
using identity::refusal;

TEST_CASE("who showed nothing is asked for a bearer token, without an error") {
    CHECK(auth::challenge(refusal::no_token) == R"(Bearer realm="toolrack")");
    CHECK(auth::challenge(refusal::not_bearer) == R"(Bearer realm="toolrack")");
}

TEST_CASE("who showed a token that is not good is told invalid_token") {
    for (const auto why : {refusal::bad_token, refusal::wrong_audience, refusal::empty_token,
                           refusal::unexpanded_variable, refusal::placeholder, refusal::malformed_token})
        CHECK(auth::challenge(why) == R"(Bearer realm="toolrack", error="invalid_token")");
}

TEST_CASE("an answer that is neither 401 nor 403 has no challenge") {
    CHECK(auth::challenge(refusal::token_in_query).empty());
    CHECK(auth::challenge(refusal::unavailable).empty());
}

TEST_CASE("no challenge names resource metadata, so that no client starts an OAuth flow") {
    for (auto why = refusal::no_token; why <= refusal::unavailable;
         why = static_cast<refusal>(static_cast<int>(why) + 1))
        CHECK(auth::challenge(why).find("resource_metadata") == std::string::npos);
}
