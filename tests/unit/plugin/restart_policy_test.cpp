#include "plugin/process/restart_policy.hpp"

#include <vector>

#include "catch.hpp"

using toolrack::plugin::restart_policy;
using namespace std::chrono_literals;

namespace {

constexpr restart_policy::time now{1000h};

}  // namespace

TEST_CASE("a worker that answered something restarts at once, however often it exits") {
    restart_policy one;
    for (int i = 0; i < 1000; ++i) {
        one.started(now);
        CHECK(one.after_exit(now, true) == 0ms);
        CHECK_FALSE(one.is_suspended());
    }
}

TEST_CASE("a worker that exits without an answer restarts with growing delays, and is then suspended") {
    restart_policy one;
    std::vector<restart_policy::duration> pauses;
    for (int i = 0; i < restart_policy::max_failures; ++i) {
        CHECK_FALSE(one.is_suspended());
        one.started(now);
        pauses.push_back(one.after_exit(now + 1s, false));
    }
    CHECK(pauses == std::vector<restart_policy::duration>{0ms, 50ms, 100ms, 200ms, 1min});
    CHECK(one.is_suspended());
}

TEST_CASE("a suspended worker stays suspended until it answers something") {
    restart_policy one;
    one.started(now);
    for (int i = 0; i < restart_policy::max_failures + 3; ++i) one.after_exit(now, false);
    CHECK(one.after_exit(now, false) == 1min);
    CHECK(one.is_suspended());
    CHECK(one.after_exit(now, true) == 0ms);
    CHECK_FALSE(one.is_suspended());
}

TEST_CASE("an answer and a long run both reset the failures") {
    restart_policy one;
    one.started(now);
    for (int round = 0; round < 5; ++round) {
        for (int i = 1; i < restart_policy::max_failures; ++i) one.after_exit(now, false);
        CHECK_FALSE(one.is_suspended());
        one.after_exit(now, true);
    }
    for (int i = 1; i < restart_policy::max_failures; ++i) {
        one.started(now);
        one.after_exit(now, false);
    }
    one.started(now);
    CHECK(one.after_exit(now + restart_policy::stable_after, false) == 0ms);
    CHECK_FALSE(one.is_suspended());
}
