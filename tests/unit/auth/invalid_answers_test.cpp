// Backends with invalid answers: none of them makes a principal.
#include <toolrack/abi.h>

#include <string>

#include "catch.hpp"
#include "gate_fixture.hpp"

using namespace toolrack;
using identity::refusal;
using test::refusal_in;

namespace {

constexpr std::string_view shown = "Bearer 3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";

}  // namespace

TEST_CASE("an invalid grant admits nobody") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}})
        for (const char* does : {"null_principal",
                                 "short_principal",
                                 "empty_subject",
                                 "null_subject",
                                 "long_subject",
                                 "empty_principal",
                                 "zeroed_principal",
                                 "endless_subject",
                                 "long_credential",
                                 "long_scope",
                                 "odd_subject",
                                 "long_issuer",
                                 "odd_issuer",
                                 "odd_credential",
                                 "null_scopes",
                                 "empty_scope",
                                 "odd_scope",
                                 "many_scopes",
                                 "endless_scopes"}) {
            test::gate_fixture here;
            CAPTURE(does, traits);
            CHECK(refusal_in(here.admit({here.odd(does, traits)}, shown)) == refusal::unavailable);
            CHECK(here.log().says("odd refused a caller from 192.0.2.7: its grant "));
        }
}

TEST_CASE("a subject can be as long as the contract says") {
    test::gate_fixture here;
    const auto who = here.admit({here.odd("longest_subject")}, shown);
    REQUIRE(who.has_value());
    CHECK(who->subject().size() == 256);
}

TEST_CASE("an expired grant admits nobody") {
    for (const char* does : {"expired", "expires_now", "expired_before_1970", "expired_before_time_began"}) {
        test::gate_fixture here;
        CAPTURE(does);
        CHECK(refusal_in(here.admit({here.odd(does)}, shown)) == refusal::bad_token);
        CHECK(here.log().says("odd refused a caller from 192.0.2.7: the grant has expired\n"));
    }
    test::gate_fixture here;
    CHECK(here.admit({here.odd("expires_soon")}, shown).has_value());
}

TEST_CASE("an unknown number of a refusal is unavailable") {
    for (const char* does : {"number_77", "number_-1"}) {
        test::gate_fixture here;
        CHECK(refusal_in(here.admit({here.odd(does)}, shown)) == refusal::unavailable);
    }
}

TEST_CASE("a check that is answered twice is refused, whatever the answers are") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}})
        for (const char* does : {"refuse_then_grant", "grant_then_refuse", "grant_twice", "refuse_grant_and_refuse"}) {
            test::gate_fixture here;
            CAPTURE(does, traits);
            CHECK(refusal_in(here.admit({here.odd(does, traits)}, shown)) == refusal::unavailable);
            CHECK(here.log().says("is its second answer, so the client is refused\n"));
            CHECK(here.log().says("odd refused a caller from 192.0.2.7: it answered twice\n"));
        }
}

TEST_CASE("an answer to a check that has ended is a stray") {
    test::gate_fixture here;
    const auto backend = here.odd("answer_the_last_one_again");
    CHECK(here.admit({backend}, shown).has_value());
    CHECK(here.admit({backend}, shown).has_value());
    CHECK(here.log().says("odd: a refusal for call "));
}

TEST_CASE("a grant for another check is a stray") {
    test::gate_fixture here;
    CHECK(refusal_in(here.admit({here.odd("grant_another")}, shown)) == refusal::bad_token);
    CHECK(here.log().says("odd: a grant for call 0 was dropped: that call is unknown or has ended\n"));
}

TEST_CASE("finish() cannot end a check") {
    test::gate_fixture here;
    CHECK(refusal_in(here.admit({here.odd("finish_as_call")}, shown)) == refusal::bad_token);
    CHECK(here.log().says("odd: an answer for call "));
}

TEST_CASE("a grant can expire after 2038") {
    test::gate_fixture here;
    CHECK(here.admit({here.odd("expires_in_2286")}, shown).has_value());
}
