#include "auth/gate.hpp"

#include <toolrack/abi.h>

#include <string>

#include "catch.hpp"
#include "door.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using test::refusal_in;
using identity::refusal;

namespace {

const std::string good = "3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";
const std::string other = "kX9-vT2_qL7~zB4.mN8+wR3/yH6cJ5dF1g==";
const std::string right = "Bearer " + good, wrong = "Bearer " + other;

}  // namespace

TEST_CASE("the right token opens the door, and says who came in") {
    test::door door;
    const auto who = door.admit({door.env_token(good)}, right);
    REQUIRE(who.has_value());
    CHECK(who->subject() == "token");
    CHECK(who->issuer() == "env-token");
    CHECK(who->credential() == "env-1");
    CHECK(who->scopes() == std::vector<std::string>{"*"});
}

TEST_CASE("a wrong token is refused, and neither the answer nor the log shows it") {
    test::door door;
    const auto who = door.admit({door.env_token(good)}, wrong);
    CHECK(refusal_in(who) == refusal::bad_token);
    CHECK(door.log().says("env-token refused a caller from 192.0.2.7: the token is none of those in MCP_AUTH_TOKEN\n"));
    CHECK_FALSE(door.log().says(other));
    CHECK_FALSE(door.log().says(good));
}

TEST_CASE("while rotating both tokens open the door") {
    test::door door;
    const auto backend = door.env_token(good + " " + other);
    const auto one = door.admit({backend}, right), two = door.admit({backend}, wrong);
    REQUIRE((one.has_value() && two.has_value()));
    CHECK(one->credential() != two->credential());
    CHECK(one->is_same_as(*two));
}

TEST_CASE("without a token only a backend that can do without one is asked") {
    test::door door;
    CHECK(refusal_in(door.admit({door.env_token(good)}, std::nullopt)) == refusal::no_token);
    CHECK(refusal_in(door.admit({door.odd("grant")}, std::nullopt)) == refusal::no_token);
    CHECK_FALSE(door.log().says("asked"));
    CHECK(door.admit({door.odd("grant", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt).has_value());
    CHECK(door.log().says("odd: asked: token of 0,"));
}

TEST_CASE("open-access lets everybody in, with a token or without") {
    test::door door;
    const auto backend = door.open_access();
    for (const auto& shown : {std::optional<std::string_view>(), std::optional<std::string_view>(right)}) {
        const auto who = door.admit({backend}, shown);
        REQUIRE(who.has_value());
        CHECK(who->subject() == "anonymous");
        CHECK(who->issuer() == "open-access");
    }
}

TEST_CASE("a header that holds no token is refused before any backend is asked, even an open one") {
    test::door door;
    const auto all = door.odd("grant", TOOLRACK_AUTH_TOKENLESS);
    CHECK(refusal_in(door.admit({all}, "Basic dXNlcjpwYXNz")) == refusal::not_bearer);
    CHECK(refusal_in(door.admit({all}, "Bearer ")) == refusal::empty_token);
    CHECK(refusal_in(door.admit({all}, "")) == refusal::empty_token);
    CHECK(refusal_in(door.admit({all}, "Bearer ${MCP_AUTH_TOKEN}")) == refusal::unexpanded_variable);
    CHECK(refusal_in(door.admit({all}, "Bearer <your-token>")) == refusal::placeholder);
    CHECK(refusal_in(door.admit({all}, "Bearer two words")) == refusal::malformed_token);
    identity::request_facts in_query;
    in_query.token_in_query = true;
    CHECK(refusal_in(door.admit({all}, in_query)) == refusal::token_in_query);
    CHECK_FALSE(door.log().says("asked"));
}

TEST_CASE("a gate without backends lets nobody in") {
    test::door door;
    CHECK(refusal_in(door.admit({}, right)) == refusal::bad_token);
    CHECK(refusal_in(door.admit({}, std::nullopt)) == refusal::no_token);
}

TEST_CASE("a backend that passes leaves the decision to the next one") {
    test::door door;
    const auto passes = door.odd("pass", 0, "first");
    CHECK(door.admit({passes, door.env_token(good)}, right).has_value());
    CHECK(refusal_in(door.admit({passes, door.env_token(good)}, wrong)) == refusal::bad_token);
    CHECK(refusal_in(door.admit({passes, door.odd("pass", 0, "second")}, right)) == refusal::bad_token);
    CHECK(refusal_in(door.admit({door.odd("pass", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt)) == refusal::no_token);
}

TEST_CASE("any other answer ends the chain, and an error never falls through") {
    test::door door;
    const auto opens = door.odd("grant", 0, "second");
    for (const auto& [does, why] : {std::pair{"unavailable", refusal::unavailable},
                                    {"bad_token", refusal::bad_token},
                                    {"no_token", refusal::no_token},
                                    {"wrong_audience", refusal::wrong_audience},
                                    {"forbidden", refusal::forbidden},
                                    {"number_77", refusal::unavailable},
                                    {"number_-1", refusal::unavailable},
                                    {"empty_subject", refusal::unavailable},
                                    {"null_principal", refusal::unavailable},
                                    {"expired", refusal::bad_token}}) {
        CAPTURE(does);
        CHECK(refusal_in(door.admit({door.odd(does, 0, "first"), opens}, right)) == why);
    }
    CHECK_FALSE(door.log().says("second: asked"));
}

TEST_CASE("the first backend that knows the caller decides who it is") {
    test::door door;
    const auto who = door.admit({door.odd("grant", 0, "first"), door.env_token(good)}, right);
    REQUIRE(who.has_value());
    CHECK(who->subject() == "mallory");
    CHECK(who->issuer() == "first");
    CHECK(who->scopes() == std::vector<std::string>{"a:b", "a:b"});
}

TEST_CASE("without a token the backends that need one are skipped, not failed") {
    test::door door;
    CHECK(door.admit({door.env_token(good), door.odd("grant", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt).has_value());
}

TEST_CASE("a backend sees the facts, and the clock of the host") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}}) {
        test::door door;
        door.clock().set(std::chrono::system_clock::time_point(std::chrono::seconds(1'900'000'123)));
        identity::request_facts shown;
        shown.authorization = right;
        shown.peer = "unix";
        shown.peer_uid = 1000;
        shown.peer_gid = 100;
        shown.certificate = "DER";
        CHECK(door.admit({door.odd("grant", traits)}, shown).has_value());
        CHECK(door.log().says("odd: asked: token of 48, resource https://tools.example.com/mcp, peer unix, uid 1000, "
                              "gid 100, now 1900000123, certificate DER\n"));
    }
}

TEST_CASE("a decision may come later, from a thread of the backend's own") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}}) {
        test::door door;
        const auto who = door.admit({door.odd("later", traits)}, right);
        REQUIRE(who.has_value());
        CHECK(who->subject() == "mallory");
    }
}

TEST_CASE("why a backend refused is logged on one line and never told") {
    test::door door;
    CHECK(refusal_in(door.admit({door.odd("bad_token")}, right)) == refusal::bad_token);
    CHECK(door.log().says("odd refused a caller from 192.0.2.7: because\\x0aof the option\n"));
    CHECK(identity::sentence(refusal::bad_token).find("because") == std::string_view::npos);
}

TEST_CASE("two people are the same when one issuer says so of one subject") {
    test::door door;
    const auto a = door.admit({door.odd("grant", 0, "one")}, right),
               b = door.admit({door.odd("grant", 0, "one")}, wrong),
               c = door.admit({door.odd("grant", 0, "two")}, right),
               d = door.admit({door.env_token(good)}, right);
    REQUIRE((a.has_value() && b.has_value() && c.has_value() && d.has_value()));
    CHECK(a->is_same_as(*b));
    CHECK_FALSE(a->is_same_as(*c));
    CHECK_FALSE(a->is_same_as(*d));
}

TEST_CASE("the same name from two backends is two people, unless the configuration says that it is one") {
    test::door door;
    const auto one = door.odd("grant", 0, "one"), two = door.odd("grant", 0, "two");
    CHECK_FALSE(door.admit({one}, right)->is_same_as(*door.admit({two}, right)));
    door.say_same_people({"one", "two"});
    CHECK(door.admit({one}, right)->is_same_as(*door.admit({two}, right)));
    CHECK(door.admit({two}, right)->backend() == "two");
}

TEST_CASE("a good token is let in whatever others did wrong, from the same place and with the same token's id") {
    test::door door;
    door.allow_failures(5);
    const auto lock = door.env_token(good);
    identity::request_facts bad, fine;
    bad.authorization = wrong;
    fine.authorization = right;
    bad.source = fine.source = identity::source{};
    int told_to_wait = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto outcome = door.admit({lock}, bad);
        told_to_wait += refusal_in(outcome) == refusal::too_many_failures;
        if (i % 100 == 0) CHECK(door.admit({lock}, fine).has_value());
    }
    CHECK(told_to_wait == 10'000 - 5);
    CHECK(door.admit({lock}, fine).has_value());
}

TEST_CASE("who fails too often is told for how long to wait, and it is true") {
    test::door door;
    door.allow_failures(2);
    const auto lock = door.env_token(good);
    identity::request_facts bad;
    bad.authorization = wrong;
    bad.source = identity::source{};
    for (int i = 0; i < 2; ++i) CHECK(refusal_in(door.admit({lock}, bad)) == refusal::bad_token);
    const auto no = door.admit({lock}, bad);
    REQUIRE(no.error().why == refusal::too_many_failures);
    CHECK(no.error().wait == std::chrono::seconds(30));
    door.clock().set(door.clock().now() + std::chrono::hours(24));  // somebody sets the clock
    CHECK(refusal_in(door.admit({lock}, bad)) == refusal::too_many_failures);
    door.clock().pass(no.error().wait);
    CHECK(refusal_in(door.admit({lock}, bad)) == refusal::bad_token);
}

TEST_CASE("only a token that is wrong is an attempt: none, a damaged one and a lock that cannot tell are not") {
    test::door door;
    door.allow_failures(1);
    identity::request_facts shown;
    shown.source = identity::source{};
    const auto come = [&](const test::backend& to, std::optional<std::string_view> with) {
        shown.authorization = with;
        return refusal_in(door.admit({to}, shown));
    };
    const auto lock = door.env_token(good);
    for (int i = 0; i < 10; ++i) {
        CHECK(come(lock, std::nullopt) == refusal::no_token);
        CHECK(come(lock, "Bearer ${MCP_AUTH_TOKEN}") == refusal::unexpanded_variable);
        // One of ours, cut off, and with a check that does not fit.
        CHECK(come(lock, "Bearer trk_9fK2mQx7Lr0B_abc") == refusal::bad_token);
        CHECK(come(lock, "Bearer trk_9fK2mQx7Lr0B_0123456789012345678901234567890123456789012_000000") ==
              refusal::bad_token);
        CHECK(come(door.odd("unavailable"), right) == refusal::unavailable);
        CHECK(come(door.odd("wrong_audience"), right) == refusal::wrong_audience);
        CHECK(come(door.odd("forbidden"), right) == refusal::forbidden);
    }
    CHECK(come(lock, wrong) == refusal::bad_token);
    CHECK(come(lock, wrong) == refusal::too_many_failures);
    CHECK(come(lock, std::nullopt) == refusal::no_token);
}

TEST_CASE("wrong secrets for one token are counted by its public id, also behind a proxy") {
    test::door door;
    door.allow_failures(3);
    const auto lock = door.env_token(good);
    for (int i = 0; i < 10; ++i) {
        const auto fresh = token::make_bearer();  // another id each time
        CHECK(refusal_in(door.admit({lock}, "Bearer " + std::string(fresh.reveal()))) == refusal::bad_token);
    }
    const auto one = token::make_bearer();
    const auto shown = "Bearer " + std::string(one.reveal());
    for (int i = 0; i < 3; ++i) CHECK(refusal_in(door.admit({lock}, shown)) == refusal::bad_token);
    CHECK(refusal_in(door.admit({lock}, shown)) == refusal::too_many_failures);
    CHECK(refusal_in(door.admit({lock}, wrong)) == refusal::bad_token);
}
