#include "plugin/process/restart_policy.hpp"

#include <vector>

#include "catch.hpp"

using toolrack::plugin::restart_policy;
using namespace std::chrono_literals;

namespace {

constexpr restart_policy::time now{1000h};

}  // namespace

TEST_CASE("a worker that did well is started again at once, however often it dies") {
    restart_policy one;
    for (int i = 0; i < 1000; ++i) {
        one.lives(now);
        CHECK(one.after_death(now, true) == 0ms);
        CHECK_FALSE(one.is_suspended());
    }
}

TEST_CASE("a worker that dies in vain comes back later each time, and is given up on after a few") {
    restart_policy one;
    std::vector<restart_policy::duration> pauses;
    for (int i = 0; i < restart_policy::most_in_vain; ++i) {
        CHECK_FALSE(one.is_suspended());
        one.lives(now);
        pauses.push_back(one.after_death(now + 1s, false));
    }
    CHECK(pauses == std::vector<restart_policy::duration>{0ms, 50ms, 100ms, 200ms, 1min});
    CHECK(one.is_suspended());
}

TEST_CASE("one that comes from the bench goes back there, unless it does well") {
    restart_policy one;
    one.lives(now);
    for (int i = 0; i < restart_policy::most_in_vain + 3; ++i) one.after_death(now, false);
    CHECK(one.after_death(now, false) == 1min);
    CHECK(one.is_suspended());
    CHECK(one.after_death(now, true) == 0ms);
    CHECK_FALSE(one.is_suspended());
}

TEST_CASE("good work, and a long life, wipe the slate clean") {
    restart_policy one;
    one.lives(now);
    for (int round = 0; round < 5; ++round) {
        for (int i = 1; i < restart_policy::most_in_vain; ++i) one.after_death(now, false);
        CHECK_FALSE(one.is_suspended());
        one.after_death(now, true);
    }
    for (int i = 1; i < restart_policy::most_in_vain; ++i) {
        one.lives(now);
        one.after_death(now, false);
    }
    one.lives(now);
    CHECK(one.after_death(now + restart_policy::a_good_life, false) == 0ms);
    CHECK_FALSE(one.is_suspended());
}
