#include "worker/open_calls.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "catch.hpp"

using toolrack::worker::open_calls;
using stage = open_calls::stage;
using action = open_calls::cancel_action;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST_CASE("an unknown call counts as cancelled, and a running one does not") {
    open_calls calls;
    CHECK(calls.is_cancelled(1));
    calls.add(1, stage::running);
    CHECK_FALSE(calls.is_cancelled(1));
    CHECK(calls.finish(1));
    CHECK_FALSE(calls.finish(1));
    CHECK(calls.is_cancelled(1));
}

TEST_CASE("a cancelled call in the queue is dropped and never starts") {
    open_calls calls;
    calls.add(1, stage::queued);
    CHECK(calls.cancel(1) == action::drop);
    CHECK_FALSE(calls.start(1));
    CHECK_FALSE(calls.finish(1));
    CHECK(calls.cancel(1) == action::none);
}

TEST_CASE("the plugin is notified once of a cancelled call, which stays open until it finishes") {
    open_calls calls;
    calls.add(1, stage::queued);
    CHECK(calls.start(1));
    CHECK(calls.cancel(1) == action::notify_plugin);
    CHECK(calls.cancel(1) == action::none);
    CHECK(calls.is_cancelled(1));
    CHECK_FALSE(calls.wait_until_empty(in(1ms)));
    CHECK(calls.finish(1));
    CHECK(calls.wait_until_empty(in(0ms)));
}

TEST_CASE("cancel_all returns the running calls and removes the queued ones") {
    open_calls calls;
    for (std::uint64_t call : {1, 2, 3}) calls.add(call, stage::running);
    calls.add(4, stage::queued);
    calls.cancel(3);
    auto running = calls.cancel_all();
    std::sort(running.begin(), running.end());
    CHECK(running == std::vector<std::uint64_t>{1, 2});
    CHECK_FALSE(calls.start(4));
    CHECK(calls.is_cancelled(1));
}

TEST_CASE("wait_until_empty returns after the last call") {
    open_calls calls;
    calls.add(1, stage::running);
    calls.add(2, stage::running);
    std::thread worker([&] {
        calls.finish(1);
        calls.finish(2);
    });
    CHECK(calls.wait_until_empty(in(30s)));
    worker.join();
}
