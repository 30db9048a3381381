#include <stdexcept>
#include <string>
#include <thread>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::host;
using toolrack::testing::request;

namespace {

// The id of the first call is known, but not when the call starts.
void cancel_first_call(host& here) {
    for (;;) {
        try {
            return here.cancel(1);
        } catch (const std::out_of_range&) {
            std::this_thread::yield();
        }
    }
}

}  // namespace

TEST_CASE("a cancellation wakes a waiting call") {
    host here;
    toolrack_call waiting = 0;
    std::jthread lane;  // start() blocks, as the handler does
    {
        request what;
        what.name = "wait_owning";
        waiting = here.start(what);
    }
    here.cancel(waiting);
    CHECK(here.wait(waiting).text() == "1");
    CHECK(here.strays() == 0);
}

TEST_CASE("a cancellation before the handler waits is noticed") {
    host here;
    // The handler runs on another thread and waits before or after the cancellation.
    for (int round = 0; round != 50; ++round) {
        request what;
        what.name = "wait_owning";
        const toolrack_call call = here.start(what);
        if (round % 2) std::this_thread::yield();
        here.cancel(call);
        CHECK(here.wait(call).text() == "1");
    }
}

TEST_CASE("a cancellation wakes a handler that blocks its lane") {
    host here;
    std::jthread lane([&] { CHECK(here.call("wait").text() == "cancelled"); });
    cancel_first_call(here);
}

TEST_CASE("an exception of a cancellation function does not reach the host") {
    host here;
    std::jthread lane([&] { CHECK(here.call("hook_throws").text() == "survived"); });
    cancel_first_call(here);
}

TEST_CASE("H8: a call can be cancelled while it finishes and afterwards") {
    host here;
    for (int round = 0; round != 200; ++round) {
        request what;
        what.name = round % 2 ? "hooked" : "later";
        what.params = R"({"arguments":{"text":"x"}})";
        const toolrack_call call = here.start(what);
        std::jthread one([&] { here.cancel(call); });
        here.cancel(call);
        CHECK(here.wait(call).outcome == TOOLRACK_DONE);
    }
    CHECK(here.strays() == 0);
}

TEST_CASE("H8: cancelling an unknown call does nothing") {
    host here;
    here.feature_table().cancel(here.instance(), 12345);
    CHECK(here.strays() == 0);
}
