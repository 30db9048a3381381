#include "plugin/in_flight.hpp"

#include <atomic>
#include <string>
#include <thread>

#include "catch.hpp"
#include "io_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using waiting_call = plugin::in_flight<std::string>;

namespace {

auto in_a_minute() { return std::chrono::steady_clock::now() + 1min; }

// Waits on the owner's thread and returns the answer, if any.
std::optional<std::string>
answer_to(test::io_fixture& io, waiting_call& waiting, std::chrono::steady_clock::time_point until = in_a_minute()) {
    return io.run([&]() -> awaitable<std::optional<std::string>> {
        co_await waiting.wait(until);
        co_return waiting.take();
    });
}

}  // namespace

TEST_CASE("an answer that is delivered before the wait is kept") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    waiting->deliver("here");
    CHECK(answer_to(io, *waiting) == "here");
}

TEST_CASE("an answer from another thread ends the wait") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    std::thread plugin;
    const auto answer = io.run([&]() -> awaitable<std::optional<std::string>> {
        plugin = std::thread([waiting] { waiting->deliver("from afar"); });
        co_await waiting->wait(in_a_minute());
        co_return waiting->take();
    });
    plugin.join();
    CHECK(answer == "from afar");
}

TEST_CASE("an answer on the owner's thread arrives at once") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    CHECK(io.call([&] {
        waiting->deliver("at once");
        return waiting->is_answered();
    }));
}

TEST_CASE("the wait ends on timeout") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    CHECK_FALSE(answer_to(io, *waiting, std::chrono::steady_clock::now() + 5ms));
    CHECK_FALSE(waiting->is_abandoned());
}

TEST_CASE("the wait ends when the call is abandoned, and nothing arrives after that") {
    test::io_fixture io;
    std::atomic<int> received = 0;
    const auto waiting =
        std::make_shared<waiting_call>(io.get_executor(), [&](std::string, std::string) { ++received; });
    io.run([&]() -> awaitable<void> {
        asio::post(io.get_executor(), [waiting] { waiting->abandon(); });
        co_await waiting->wait(in_a_minute());
    });
    CHECK(waiting->is_abandoned());
    waiting->notify("m", "{}");
    waiting->deliver("too late");
    CHECK_FALSE(answer_to(io, *waiting));
    CHECK(received == 0);
}

TEST_CASE("a call can be abandoned before the wait") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    io.call([&] { waiting->abandon(); });
    CHECK_FALSE(answer_to(io, *waiting));
}

TEST_CASE("notifications arrive in order, and before the answer") {
    test::io_fixture io;
    std::string received;
    const auto waiting = std::make_shared<waiting_call>(
        io.get_executor(), [&](std::string method, std::string params) { received += method + params; });
    for (const char* word : {"1", "2", "3"}) waiting->notify("m", word);
    waiting->deliver("done");
    waiting->notify("m", "after");
    CHECK(answer_to(io, *waiting) == "done");
    io.call([] {});  // after all posted notifications
    CHECK(received == "m1m2m3");
}

TEST_CASE("at most a thousand notifications wait for a busy owner") {
    test::io_fixture io;
    int received = 0;
    const auto waiting =
        std::make_shared<waiting_call>(io.get_executor(), [&](std::string, std::string) { ++received; });
    io.call([&] {
        std::thread([&] {
            for (int i = 0; i < 5000; ++i) waiting->notify("m", "{}");
        }).join();
    });
    io.call([] {});
    CHECK(received == 1000);

    waiting->notify("m", "{}");  // there is room again
    io.call([] {});
    CHECK(received == 1001);
}

TEST_CASE("a call without a handler drops notifications") {
    test::io_fixture io;
    const auto waiting = std::make_shared<waiting_call>(io.get_executor());
    waiting->notify("m", "{}");
    io.call([&] { waiting->notify("m", "{}"); });
    waiting->deliver("done");
    CHECK(answer_to(io, *waiting) == "done");
}
