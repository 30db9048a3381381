#include "plugin/health.hpp"

#include <chrono>

#include "catch.hpp"

using toolrack::plugin::health;
using toolrack::plugin::state;

TEST_CASE("an instance is well and serves until somebody says otherwise") {
    const health one;
    const auto now = one.now();
    CHECK(now.state == state::serving);
    CHECK(now.why.empty());
    CHECK(now.degraded_reason.empty());
}

TEST_CASE("what ends says why, and is forgotten when the next one serves") {
    health one;
    one.ended("it crashed", false);
    CHECK(one.now().state == state::restarting);
    CHECK(one.now().why == "it crashed");
    one.ended("it crashed again", true);
    CHECK(one.now().state == state::suspended);
    CHECK(one.now().why == "it crashed again");
    one.serves();
    CHECK(one.now().state == state::serving);
    CHECK(one.now().why.empty());
}

TEST_CASE("the time of a state is when it began, not when it was said again") {
    health one;
    const auto began = one.now().since;
    one.serves();
    CHECK(one.now().since == began);
    while (std::chrono::system_clock::now() <= began) {}  // one tick
    one.ended("it crashed", false);
    const auto ended = one.now().since;
    CHECK(ended > began);
    one.ended("it crashed again", false);
    CHECK(one.now().since == ended);
}

TEST_CASE("an degraded_reason that changes is one, and one that ended and came back is another") {
    health one;
    one.ails("the list is broken");
    const auto began = one.now().ailing_since;
    one.ails("the list is broken, and so are the revocations");
    CHECK(one.now().ailing_since == began);
    CHECK(one.now().degraded_reason == "the list is broken, and so are the revocations");
    one.ails("");
    CHECK(one.now().degraded_reason.empty());
    one.ails("the list is broken");
    CHECK(one.now().ailing_since > began);
    CHECK(one.now().state == state::serving);  // degraded changes nothing about that
}

TEST_CASE("what an instance said of itself ends with it") {
    health one;
    one.ails("the database is slow");
    one.ended("it crashed", false);
    CHECK(one.now().degraded_reason.empty());
}
