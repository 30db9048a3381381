#include "plugin/health.hpp"

#include <chrono>

#include "catch.hpp"

using toolrack::plugin::health;
using toolrack::plugin::state;

TEST_CASE("an instance serves and is not degraded at first") {
    const health one;
    const auto now = one.status();
    CHECK(now.state == state::serving);
    CHECK(now.why.empty());
    CHECK(now.degraded_reason.empty());
}

TEST_CASE("the reason of an exit is shown until the instance serves again") {
    health one;
    one.worker_exited("it crashed", false);
    CHECK(one.status().state == state::restarting);
    CHECK(one.status().why == "it crashed");
    one.worker_exited("it crashed again", true);
    CHECK(one.status().state == state::suspended);
    CHECK(one.status().why == "it crashed again");
    one.set_serving();
    CHECK(one.status().state == state::serving);
    CHECK(one.status().why.empty());
}

TEST_CASE("the time of a state is its start, not its repetition") {
    health one;
    const auto began = one.status().since;
    one.set_serving();
    CHECK(one.status().since == began);
    while (std::chrono::system_clock::now() <= began) {
    }  // one tick
    one.worker_exited("it crashed", false);
    const auto ended = one.status().since;
    CHECK(ended > began);
    one.worker_exited("it crashed again", false);
    CHECK(one.status().since == ended);
}

TEST_CASE("a changed reason keeps its time, and a new reason gets a new one") {
    health one;
    one.set_degraded("the list is broken");
    const auto began = one.status().degraded_since;
    one.set_degraded("the list is broken, and so are the revocations");
    CHECK(one.status().degraded_since == began);
    CHECK(one.status().degraded_reason == "the list is broken, and so are the revocations");
    one.set_degraded("");
    CHECK(one.status().degraded_reason.empty());
    one.set_degraded("the list is broken");
    CHECK(one.status().degraded_since > began);
    CHECK(one.status().state == state::serving);  // degraded is no state
}

TEST_CASE("an exit clears the degraded reason") {
    health one;
    one.set_degraded("the database is slow");
    one.worker_exited("it crashed", false);
    CHECK(one.status().degraded_reason.empty());
}
