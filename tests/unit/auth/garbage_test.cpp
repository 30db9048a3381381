// Backends that answer what no backend should: not one of them makes a principal.
#include <toolrack/abi.h>

#include <string>

#include "catch.hpp"
#include "door.hpp"

using namespace toolrack;
using test::refusal_in;
using identity::refusal;

namespace {

constexpr std::string_view token = "Bearer 3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";

}  // namespace

TEST_CASE("a grant that is not whole lets nobody in") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}})
        for (const char* does : {"null_principal", "short_principal", "empty_subject", "null_subject", "long_subject",
                                 "empty_principal", "zeroed_principal", "endless_subject", "long_credential",
                                 "long_scope", "odd_subject", "long_issuer", "odd_issuer", "odd_credential",
                                 "null_scopes", "empty_scope", "odd_scope", "many_scopes", "endless_scopes"}) {
            test::door door;
            CAPTURE(does, traits);
            CHECK(refusal_in(door.admit({door.odd(does, traits)}, token)) == refusal::unavailable);
            CHECK(door.log().says("odd refused a caller from 192.0.2.7: it granted "));
        }
}

TEST_CASE("a subject may be as long as the contract says") {
    test::door door;
    const auto who = door.admit({door.odd("longest_subject")}, token);
    REQUIRE(who.has_value());
    CHECK(who->subject().size() == 256);
}

TEST_CASE("a grant that has expired lets nobody in") {
    for (const char* does : {"expired", "expires_now", "expired_before_1970", "expired_before_time_began"}) {
        test::door door;
        CAPTURE(does);
        CHECK(refusal_in(door.admit({door.odd(does)}, token)) == refusal::bad_token);
        CHECK(door.log().says("odd refused a caller from 192.0.2.7: the grant has expired\n"));
    }
    test::door door;
    CHECK(door.admit({door.odd("expires_soon")}, token).has_value());
}

TEST_CASE("a number that is no refusal counts as one") {
    for (const char* does : {"number_77", "number_-1"}) {
        test::door door;
        CHECK(refusal_in(door.admit({door.odd(does)}, token)) == refusal::unavailable);
    }
}

TEST_CASE("who was answered for twice is not let in, whatever the two answers were") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}})
        for (const char* does : {"refuse_then_grant", "grant_then_refuse", "grant_twice", "refuse_grant_and_refuse"}) {
            test::door door;
            CAPTURE(does, traits);
            CHECK(refusal_in(door.admit({door.odd(does, traits)}, token)) == refusal::unavailable);
            CHECK(door.log().says("is its second answer, so whoever asked is refused\n"));
            CHECK(door.log().says("odd refused a caller from 192.0.2.7: it answered twice\n"));
        }
}

TEST_CASE("an answer to what was answered before is a stray") {
    test::door door;
    const auto backend = door.odd("answer_the_last_one_again");
    CHECK(door.admit({backend}, token).has_value());
    CHECK(door.admit({backend}, token).has_value());
    CHECK(door.log().says("odd: a refusal for call "));
}

TEST_CASE("a grant for somebody else's check is a stray") {
    test::door door;
    CHECK(refusal_in(door.admit({door.odd("grant_another")}, token)) == refusal::bad_token);
    CHECK(door.log().says("odd: a grant for call 0 was dropped: that call has ended, or was never given to it\n"));
}

TEST_CASE("a check cannot be ended as if it were a call") {
    test::door door;
    CHECK(refusal_in(door.admit({door.odd("finish_as_call")}, token)) == refusal::bad_token);
    CHECK(door.log().says("odd: an answer for call "));
}

TEST_CASE("a grant may last until a year that a computer counts in more than nine digits") {
    test::door door;
    CHECK(door.admit({door.odd("expires_in_2286")}, token).has_value());
}
