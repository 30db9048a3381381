#include "plugin/in_flight.hpp"

#include <atomic>
#include <string>
#include <thread>

#include "catch.hpp"
#include "io_room.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using request = plugin::in_flight<std::string>;

namespace {

auto in_a_minute() { return std::chrono::steady_clock::now() + 1min; }

// Waits on its home thread, and says what had come by then.
std::optional<std::string> waited_for(test::io_room& home, request& asked,
                                      std::chrono::steady_clock::time_point until = in_a_minute()) {
    return home.run([&]() -> awaitable<std::optional<std::string>> {
        co_await asked.wait(until);
        co_return asked.take();
    });
}

}  // namespace

TEST_CASE("an answer that was delivered before anybody waited is there") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    asked->deliver("here");
    CHECK(waited_for(home, *asked) == "here");
}

TEST_CASE("an answer from another thread wakes the one who waits") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    std::thread plugin;
    const auto answer = home.run([&]() -> awaitable<std::optional<std::string>> {
        plugin = std::thread([asked] { asked->deliver("from afar"); });
        co_await asked->wait(in_a_minute());
        co_return asked->take();
    });
    plugin.join();
    CHECK(answer == "from afar");
}

TEST_CASE("an answer on the home thread is there at once") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    CHECK(home.call([&] {
        asked->deliver("at once");
        return asked->is_answered();
    }));
}

TEST_CASE("waiting ends when time is up") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    CHECK_FALSE(waited_for(home, *asked, std::chrono::steady_clock::now() + 5ms));
    CHECK_FALSE(asked->is_abandoned());
}

TEST_CASE("waiting ends when the request is abandoned, and nothing arrives after that") {
    test::io_room home;
    std::atomic<int> heard = 0;
    const auto asked = std::make_shared<request>(home.get_executor(), [&](std::string, std::string) { ++heard; });
    home.run([&]() -> awaitable<void> {
        asio::post(home.get_executor(), [asked] { asked->abandon(); });
        co_await asked->wait(in_a_minute());
    });
    CHECK(asked->is_abandoned());
    asked->notify("m", "{}");
    asked->deliver("too late");
    CHECK_FALSE(waited_for(home, *asked));
    CHECK(heard == 0);
}

TEST_CASE("a request may be abandoned before anybody waits") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    home.call([&] { asked->abandon(); });
    CHECK_FALSE(waited_for(home, *asked));
}

TEST_CASE("what was said before the answer is heard before it, in order") {
    test::io_room home;
    std::string heard;
    const auto asked = std::make_shared<request>(home.get_executor(), [&](std::string method, std::string params) {
        heard += method + params;
    });
    for (const char* word : {"1", "2", "3"}) asked->notify("m", word);
    asked->deliver("done");
    asked->notify("m", "after");
    CHECK(waited_for(home, *asked) == "done");
    home.call([] {});  // whatever was still on its way has arrived now
    CHECK(heard == "m1m2m3");
}

TEST_CASE("while nobody listens no more than a thousand notices wait") {
    test::io_room home;
    int heard = 0;
    const auto asked = std::make_shared<request>(home.get_executor(), [&](std::string, std::string) { ++heard; });
    home.call([&] {
        std::thread([&] {
            for (int i = 0; i < 5000; ++i) asked->notify("m", "{}");
        }).join();
    });
    home.call([] {});
    CHECK(heard == 1000);

    asked->notify("m", "{}");  // and there is room again
    home.call([] {});
    CHECK(heard == 1001);
}

TEST_CASE("a request without a listener drops what is said") {
    test::io_room home;
    const auto asked = std::make_shared<request>(home.get_executor());
    asked->notify("m", "{}");
    home.call([&] { asked->notify("m", "{}"); });
    asked->deliver("done");
    CHECK(waited_for(home, *asked) == "done");
}
