#include "base/deadline.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// One I/O thread, which is the test's own.
struct thread_of_mine {
    asio::io_context context{1};
    toolrack::deadlines deadlines{context.get_executor()};
    std::string passed;

    std::function<void()> note(char who) {
        return [this, who] { passed += who; };
    }
    // Until no deadline is armed.
    void run() {
        context.restart();
        context.run_for(30s);
    }
};

}  // namespace

TEST_CASE("a deadline passes once, not before its time, and is then disarmed") {
    thread_of_mine here;
    std::optional<bool> armed_within;
    deadline one(here.deadlines, [&] {
        here.passed += 'a';
        armed_within = one.is_armed();
    });
    CHECK_FALSE(one.is_armed());
    const auto begin = steady_clock::now();
    one.arm(20ms);
    CHECK(one.is_armed());
    here.run();
    CHECK(here.passed == "a");
    CHECK(steady_clock::now() - begin >= 20ms);
    CHECK(armed_within == false);
}

TEST_CASE("the earlier of two deadlines passes first, in whatever order they were armed") {
    for (const bool is_late_first : {true, false}) {
        CAPTURE(is_late_first);
        thread_of_mine here;
        deadline late(here.deadlines, here.note('l')), early(here.deadlines, here.note('e'));
        if (is_late_first) late.arm(40ms);
        early.arm(5ms);
        if (!is_late_first) late.arm(40ms);
        here.run();
        CHECK(here.passed == "el");
    }
}

TEST_CASE("deadlines of one duration pass in the order in which they were armed") {
    thread_of_mine here;
    std::vector<std::unique_ptr<deadline>> many;
    for (char who : std::string("abcdefgh")) {
        many.push_back(std::make_unique<deadline>(here.deadlines, here.note(who)));
        many.back()->arm(10ms);
    }
    many[1]->arm(10ms);  // again: now the last
    here.run();
    CHECK(here.passed == "acdefghb");
}

TEST_CASE("a disarmed or destroyed deadline does not pass") {
    thread_of_mine here;
    deadline disarmed(here.deadlines, here.note('d')), other(here.deadlines, here.note('o'));
    auto destroyed = std::make_unique<deadline>(here.deadlines, here.note('x'));
    disarmed.arm(5ms);
    destroyed->arm(5ms);
    other.arm(10ms);
    disarmed.disarm();
    disarmed.disarm();  // twice does no harm
    destroyed.reset();
    here.run();
    CHECK(here.passed == "o");
    CHECK_FALSE(disarmed.is_armed());
}

TEST_CASE("arming a deadline again replaces its time") {
    thread_of_mine here;
    deadline one(here.deadlines, here.note('a'));
    one.arm(1h);
    one.arm(5ms);
    here.run();
    CHECK(here.passed == "a");

    SECTION("also with a later time") {
        const auto begin = steady_clock::now();
        one.arm(1ms);
        one.arm(30ms);
        here.run();
        CHECK(here.passed == "aa");
        CHECK(steady_clock::now() - begin >= 30ms);
    }
}

TEST_CASE("a deadline may arm itself again when it passes") {
    thread_of_mine here;
    int left = 5;
    deadline again(here.deadlines, [&] {
        here.passed += 'a';
        if (--left) again.arm(2ms);
    });
    again.arm(2ms);
    here.run();
    CHECK(here.passed == "aaaaa");
}

TEST_CASE("a deadline that arms itself without delay does not starve the others") {
    thread_of_mine here;
    int left = 100;
    deadline eager(here.deadlines, [&] {
        if (--left) eager.arm(0ms);
    });
    deadline other(here.deadlines, here.note('o'));
    eager.arm(0ms);
    other.arm(1ms);
    here.run();
    CHECK(left == 0);
    CHECK(here.passed == "o");
}

TEST_CASE("a passing deadline may disarm, destroy or arm others that pass at the same time") {
    thread_of_mine here;
    deadline disarmed(here.deadlines, here.note('d')), armed(here.deadlines, here.note('n'));
    auto destroyed = std::make_unique<deadline>(here.deadlines, here.note('x'));
    deadline first(here.deadlines, [&] {
        here.passed += 'f';
        disarmed.disarm();
        destroyed.reset();
        armed.arm(5ms);
    });
    deadline last(here.deadlines, here.note('l'));
    first.arm(10ms);
    disarmed.arm(10ms);
    destroyed->arm(10ms);
    last.arm(10ms);
    here.run();
    CHECK(here.passed == "fln");
}

TEST_CASE("a passing deadline may destroy itself") {
    thread_of_mine here;
    std::unique_ptr<deadline> one;
    one = std::make_unique<deadline>(here.deadlines, [&] {
        here.passed += 'a';
        auto gone = std::exchange(one, nullptr);
        asio::post(here.context, [gone = std::shared_ptr<deadline>(std::move(gone))] {});
    });
    one->arm(1ms);
    here.run();
    CHECK(here.passed == "a");
    CHECK_FALSE(one);
}

TEST_CASE("destroying the set of deadlines disarms them") {
    asio::io_context context(1);
    auto all = std::make_unique<deadlines>(context.get_executor());
    bool passed = false;
    deadline one(*all, [&] { passed = true; });
    one.arm(1ms);
    all.reset();
    CHECK_FALSE(one.is_armed());
    context.run();  // what is left of the timer
    CHECK_FALSE(passed);
}
