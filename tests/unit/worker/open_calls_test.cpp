#include "worker/open_calls.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "catch.hpp"

using toolrack::worker::open_calls;
using stage = open_calls::stage;
using wish = open_calls::wish;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST_CASE("a call that is not known counts as cancelled, and one that is begun does not") {
    open_calls calls;
    CHECK(calls.is_cancelled(1));
    calls.add(1, stage::begun);
    CHECK_FALSE(calls.is_cancelled(1));
    CHECK(calls.end(1));
    CHECK_FALSE(calls.end(1));
    CHECK(calls.is_cancelled(1));
}

TEST_CASE("a call that waits for its turn is dropped when it is cancelled, and never begins") {
    open_calls calls;
    calls.add(1, stage::waiting);
    CHECK(calls.cancel(1) == wish::drop);
    CHECK_FALSE(calls.begin(1));
    CHECK_FALSE(calls.end(1));
    CHECK(calls.cancel(1) == wish::nothing);
}

TEST_CASE("a plugin is told once that a call of its was cancelled, and still has to end it") {
    open_calls calls;
    calls.add(1, stage::waiting);
    CHECK(calls.begin(1));
    CHECK(calls.cancel(1) == wish::tell_plugin);
    CHECK(calls.cancel(1) == wish::nothing);
    CHECK(calls.is_cancelled(1));
    CHECK_FALSE(calls.wait_until_empty(in(1ms)));
    CHECK(calls.end(1));
    CHECK(calls.wait_until_empty(in(0ms)));
}

TEST_CASE("cancelling all tells of those that were begun and forgets the rest") {
    open_calls calls;
    for (std::uint64_t call : {1, 2, 3}) calls.add(call, stage::begun);
    calls.add(4, stage::waiting);
    calls.cancel(3);
    auto told = calls.cancel_all();
    std::sort(told.begin(), told.end());
    CHECK(told == std::vector<std::uint64_t>{1, 2});
    CHECK_FALSE(calls.begin(4));
    CHECK(calls.is_cancelled(1));
}

TEST_CASE("who waits until it is empty is woken by the last one") {
    open_calls calls;
    calls.add(1, stage::begun);
    calls.add(2, stage::begun);
    std::thread ends([&] {
        calls.end(1);
        calls.end(2);
    });
    CHECK(calls.wait_until_empty(in(30s)));
    ends.join();
}
