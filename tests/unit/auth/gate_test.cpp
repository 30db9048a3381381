#include "auth/gate.hpp"

#include <toolrack/abi.h>

#include <string>

#include "catch.hpp"
#include "gate_fixture.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using identity::refusal;
using test::refusal_in;

namespace {

const std::string good = "3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";
const std::string other = "kX9-vT2_qL7~zB4.mN8+wR3/yH6cJ5dF1g==";
const std::string right = "Bearer " + good, wrong = "Bearer " + other;

}  // namespace

TEST_CASE("a valid token is admitted, with the principal of its backend") {
    test::gate_fixture here;
    const auto who = here.admit({here.env_token(good)}, right);
    REQUIRE(who.has_value());
    CHECK(who->subject() == "token");
    CHECK(who->issuer() == "env-token");
    CHECK(who->credential() == "env-1");
    CHECK(who->scopes() == std::vector<std::string>{"*"});
}

TEST_CASE("a bad token is refused, and neither the answer nor the log contains it") {
    test::gate_fixture here;
    const auto who = here.admit({here.env_token(good)}, wrong);
    CHECK(refusal_in(who) == refusal::bad_token);
    CHECK(here.log().says(
        "env-token refused a caller from 192.0.2.7: the token is not one of those in MCP_AUTH_TOKEN\n"));
    CHECK_FALSE(here.log().says(other));
    CHECK_FALSE(here.log().says(good));
}

TEST_CASE("during a rotation, both tokens are valid") {
    test::gate_fixture here;
    const auto backend = here.env_token(good + " " + other);
    const auto one = here.admit({backend}, right), two = here.admit({backend}, wrong);
    REQUIRE((one.has_value() && two.has_value()));
    CHECK(one->credential() != two->credential());
    CHECK(one->is_same_as(*two));
}

TEST_CASE("without a token only tokenless backends are asked") {
    test::gate_fixture here;
    CHECK(refusal_in(here.admit({here.env_token(good)}, std::nullopt)) == refusal::no_token);
    CHECK(refusal_in(here.admit({here.odd("grant")}, std::nullopt)) == refusal::no_token);
    CHECK_FALSE(here.log().says("asked"));
    CHECK(here.admit({here.odd("grant", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt).has_value());
    CHECK(here.log().says("odd: asked: token of 0,"));
}

TEST_CASE("open-access admits every request, with or without a token") {
    test::gate_fixture here;
    const auto backend = here.open_access();
    for (const auto& shown : {std::optional<std::string_view>(), std::optional<std::string_view>(right)}) {
        const auto who = here.admit({backend}, shown);
        REQUIRE(who.has_value());
        CHECK(who->subject() == "anonymous");
        CHECK(who->issuer() == "open-access");
    }
}

TEST_CASE("a header without a token is refused before any backend is asked, even an open one") {
    test::gate_fixture here;
    const auto open = here.odd("grant", TOOLRACK_AUTH_TOKENLESS);
    CHECK(refusal_in(here.admit({open}, "Basic dXNlcjpwYXNz")) == refusal::not_bearer);
    CHECK(refusal_in(here.admit({open}, "Bearer ")) == refusal::empty_token);
    CHECK(refusal_in(here.admit({open}, "")) == refusal::empty_token);
    CHECK(refusal_in(here.admit({open}, "Bearer ${MCP_AUTH_TOKEN}")) == refusal::unexpanded_variable);
    CHECK(refusal_in(here.admit({open}, "Bearer <your-token>")) == refusal::placeholder);
    CHECK(refusal_in(here.admit({open}, "Bearer two words")) == refusal::malformed_token);
    identity::request_facts in_query;
    in_query.token_in_query = true;
    CHECK(refusal_in(here.admit({open}, in_query)) == refusal::token_in_query);
    CHECK_FALSE(here.log().says("asked"));
}

TEST_CASE("a gate without backends admits nobody") {
    test::gate_fixture here;
    CHECK(refusal_in(here.admit({}, right)) == refusal::bad_token);
    CHECK(refusal_in(here.admit({}, std::nullopt)) == refusal::no_token);
}

TEST_CASE("after a backend that passes, the next one decides") {
    test::gate_fixture here;
    const auto passes = here.odd("pass", 0, "first");
    CHECK(here.admit({passes, here.env_token(good)}, right).has_value());
    CHECK(refusal_in(here.admit({passes, here.env_token(good)}, wrong)) == refusal::bad_token);
    CHECK(refusal_in(here.admit({passes, here.odd("pass", 0, "second")}, right)) == refusal::bad_token);
    CHECK(refusal_in(here.admit({here.odd("pass", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt)) == refusal::no_token);
}

TEST_CASE("any other answer is final, also an error") {
    test::gate_fixture here;
    const auto opens = here.odd("grant", 0, "second");
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
        CHECK(refusal_in(here.admit({here.odd(does, 0, "first"), opens}, right)) == why);
    }
    CHECK_FALSE(here.log().says("second: asked"));
}

TEST_CASE("the first backend that grants decides the principal") {
    test::gate_fixture here;
    const auto who = here.admit({here.odd("grant", 0, "first"), here.env_token(good)}, right);
    REQUIRE(who.has_value());
    CHECK(who->subject() == "mallory");
    CHECK(who->issuer() == "first");
    CHECK(who->scopes() == std::vector<std::string>{"a:b", "a:b"});
}

TEST_CASE("without a token, backends that require one are skipped") {
    test::gate_fixture here;
    CHECK(here.admit({here.env_token(good), here.odd("grant", TOOLRACK_AUTH_TOKENLESS)}, std::nullopt).has_value());
}

TEST_CASE("a backend gets the facts and the time of the host") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}}) {
        test::gate_fixture here;
        here.clock().set(std::chrono::system_clock::time_point(std::chrono::seconds(1'900'000'123)));
        identity::request_facts shown;
        shown.authorization = right;
        shown.peer = "unix";
        shown.peer_uid = 1000;
        shown.peer_gid = 100;
        shown.certificate = "DER";
        CHECK(here.admit({here.odd("grant", traits)}, shown).has_value());
        CHECK(here.log().says("odd: asked: token of 48, resource https://tools.example.com/mcp, peer unix, uid 1000, "
                              "gid 100, now 1900000123, certificate DER\n"));
    }
}

TEST_CASE("a backend can answer later, from its own thread") {
    for (const unsigned traits : {0u, unsigned{TOOLRACK_AUTH_QUICK}}) {
        test::gate_fixture here;
        const auto who = here.admit({here.odd("later", traits)}, right);
        REQUIRE(who.has_value());
        CHECK(who->subject() == "mallory");
    }
}

TEST_CASE("the reason of a refusal is logged on one line, and the client does not get it") {
    test::gate_fixture here;
    CHECK(refusal_in(here.admit({here.odd("bad_token")}, right)) == refusal::bad_token);
    CHECK(here.log().says("odd refused a caller from 192.0.2.7: because\\x0aof the option\n"));
    CHECK(identity::sentence(refusal::bad_token).find("because") == std::string_view::npos);
}

TEST_CASE("two principals are the same when issuer and subject are") {
    test::gate_fixture here;
    const auto a = here.admit({here.odd("grant", 0, "one")}, right),
               b = here.admit({here.odd("grant", 0, "one")}, wrong),
               c = here.admit({here.odd("grant", 0, "two")}, right), d = here.admit({here.env_token(good)}, right);
    REQUIRE((a.has_value() && b.has_value() && c.has_value() && d.has_value()));
    CHECK(a->is_same_as(*b));
    CHECK_FALSE(a->is_same_as(*c));
    CHECK_FALSE(a->is_same_as(*d));
}

TEST_CASE("the same subject of two backends is two principals, unless shared_subjects names both") {
    test::gate_fixture here;
    const auto one = here.odd("grant", 0, "one"), two = here.odd("grant", 0, "two");
    CHECK_FALSE(here.admit({one}, right)->is_same_as(*here.admit({two}, right)));
    here.set_shared_subjects({"one", "two"});
    CHECK(here.admit({one}, right)->is_same_as(*here.admit({two}, right)));
    CHECK(here.admit({two}, right)->backend() == "two");
}

TEST_CASE("a valid token is admitted, however many bad tokens come from its source") {
    test::gate_fixture here;
    here.set_failures_per_minute(5);
    const auto backend = here.env_token(good);
    identity::request_facts bad, valid;
    bad.authorization = wrong;
    valid.authorization = right;
    bad.source = valid.source = identity::source{};
    int delayed = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto outcome = here.admit({backend}, bad);
        delayed += refusal_in(outcome) == refusal::too_many_failures;
        if (i % 100 == 0) CHECK(here.admit({backend}, valid).has_value());
    }
    CHECK(delayed == 10'000 - 5);
    CHECK(here.admit({backend}, valid).has_value());
}

TEST_CASE("after too many failures the client is told how long to wait, and the time is exact") {
    test::gate_fixture here;
    here.set_failures_per_minute(2);
    const auto backend = here.env_token(good);
    identity::request_facts bad;
    bad.authorization = wrong;
    bad.source = identity::source{};
    for (int i = 0; i < 2; ++i) CHECK(refusal_in(here.admit({backend}, bad)) == refusal::bad_token);
    const auto no = here.admit({backend}, bad);
    REQUIRE(no.error().why == refusal::too_many_failures);
    CHECK(no.error().wait == std::chrono::seconds(30));
    here.clock().set(here.clock().now() + std::chrono::hours(24));  // the wall clock is set
    CHECK(refusal_in(here.admit({backend}, bad)) == refusal::too_many_failures);
    here.clock().pass(no.error().wait);
    CHECK(refusal_in(here.admit({backend}, bad)) == refusal::bad_token);
}

TEST_CASE("only a bad token counts as a failure, not a missing or damaged one or another refusal") {
    test::gate_fixture here;
    here.set_failures_per_minute(1);
    identity::request_facts shown;
    shown.source = identity::source{};
    const auto attempt = [&](const test::backend& to, std::optional<std::string_view> with) {
        shown.authorization = with;
        return refusal_in(here.admit({to}, shown));
    };
    const auto backend = here.env_token(good);
    for (int i = 0; i < 10; ++i) {
        CHECK(attempt(backend, std::nullopt) == refusal::no_token);
        CHECK(attempt(backend, "Bearer ${MCP_AUTH_TOKEN}") == refusal::unexpanded_variable);
        // Tokens of ours: truncated, and with a wrong checksum.
        CHECK(attempt(backend, "Bearer trk_9fK2mQx7Lr0B_abc") == refusal::bad_token);
        CHECK(attempt(backend, "Bearer trk_9fK2mQx7Lr0B_0123456789012345678901234567890123456789012_000000") ==
              refusal::bad_token);
        CHECK(attempt(here.odd("unavailable"), right) == refusal::unavailable);
        CHECK(attempt(here.odd("wrong_audience"), right) == refusal::wrong_audience);
        CHECK(attempt(here.odd("forbidden"), right) == refusal::forbidden);
    }
    CHECK(attempt(backend, wrong) == refusal::bad_token);
    CHECK(attempt(backend, wrong) == refusal::too_many_failures);
    CHECK(attempt(backend, std::nullopt) == refusal::no_token);
}

TEST_CASE("wrong secrets for one token are counted by its public id, also without a source") {
    test::gate_fixture here;
    here.set_failures_per_minute(3);
    const auto backend = here.env_token(good);
    for (int i = 0; i < 10; ++i) {
        const auto fresh = token::make_bearer();  // another id each time
        CHECK(refusal_in(here.admit({backend}, "Bearer " + std::string(fresh.reveal()))) == refusal::bad_token);
    }
    const auto one = token::make_bearer();
    const auto shown = "Bearer " + std::string(one.reveal());
    for (int i = 0; i < 3; ++i) CHECK(refusal_in(here.admit({backend}, shown)) == refusal::bad_token);
    CHECK(refusal_in(here.admit({backend}, shown)) == refusal::too_many_failures);
    CHECK(refusal_in(here.admit({backend}, wrong)) == refusal::bad_token);
}
