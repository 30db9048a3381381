#include "catch.hpp"
#include "requests.hpp"
#include "server.hpp"

using namespace toolrack;
using test::post;
using test::post_json;
using test::server;

namespace {

std::string progress(int i) {
    return "{\"n\":" + std::to_string(i) + "}";
}

// Three notifications and an answer.
awaitable<void> count(http::exchange& x) {
    (void)co_await x.body();
    for (int i = 0; i < 3; ++i) x.notify(progress(i));
    x.finish({200, "{\"done\":true}", "a-session", {}});
}

}  // namespace

TEST_CASE("notifications come before the answer, in order, as events") {
    const server running(count);
    auto mine = running.connect();
    for (int round = 0; round < 2; ++round) {
        mine.send(post_json("1", "Accept: application/json, text/event-stream\r\n"));
        const auto head = mine.until("\r\n\r\n");
        CHECK(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
        CHECK(head.find("Transfer-Encoding: chunked") != std::string::npos);
        for (int i = 0; i < 3; ++i) CHECK(mine.event() == progress(i));
        CHECK(mine.event() == "{\"done\":true}");
        CHECK(mine.event().empty());
    }
}

TEST_CASE("a client that takes no stream gets the answer alone") {
    const server running(count);
    const auto got = running.connect().ask(post_json("1", "Accept: application/json\r\n"));
    CHECK(got.says("Content-Type: application/json"));
    CHECK(got.says("Mcp-Session-Id: a-session"));
    CHECK(got.body == "{\"done\":true}");
}

TEST_CASE("a client that takes nothing but a stream gets a stream of one event") {
    const server running(test::echo);
    auto mine = running.connect();
    mine.send(post_json("[1]", "Accept: text/event-stream\r\n"));
    CHECK(mine.until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    CHECK(mine.event() == "[1]");
    CHECK(mine.event().empty());
}

TEST_CASE("to HTTP/1.0 a stream lasts until the connection ends") {
    const server running(count);
    auto mine = running.connect();
    mine.send("POST /mcp HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Type: "
              "application/json\r\nContent-Length: 1\r\n\r\n1");
    CHECK(mine.until("\r\n\r\n").find("Connection: close") != std::string::npos);
    CHECK(mine.to_the_end().ends_with("event: message\ndata: {\"done\":true}\n\n"));
}

TEST_CASE("a stream can be opened before there is anything to say") {
    test::gate go;
    server running([&](http::exchange& x) -> awaitable<void> {
        x.open_stream();
        co_await go.opened(x.get_executor());
        x.finish_empty(200);
    });
    auto mine = running.connect();
    mine.send("GET /mcp HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    CHECK(mine.until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    running.on_thread([&] { go.open(); });
    CHECK(mine.event().empty());
}

TEST_CASE("a stream can be opened with an id, and ends its connection when it is closed without an answer") {
    const server running([](http::exchange& x) -> awaitable<void> {
        x.open_stream("7-0", std::chrono::milliseconds(100));
        x.notify("{}", "7-1");
        x.close_stream();
        co_return;
    });
    auto mine = running.connect();
    mine.send(post(""));
    mine.until("\r\n\r\n");
    CHECK(mine.event() == "id: 7-0\nretry: 100\ndata:\n\n\r\n");
    CHECK(mine.event() == "id: 7-1\ndata: {}");
    CHECK(mine.event().empty());
    CHECK(mine.is_ended());
}

TEST_CASE("an open stream gives a sign of life") {
    config::server settings;
    settings.http.idle_timeout = std::chrono::milliseconds(40);
    test::gate go;
    server running(
        [&](http::exchange& x) -> awaitable<void> {
            x.notify("{}");
            co_await go.opened(x.get_executor());
            x.finish({200, "[]", {}, {}});
        },
        settings);
    auto mine = running.connect();
    mine.send(post(""));
    mine.until("\r\n\r\n");
    CHECK(mine.event() == "{}");
    CHECK(mine.event() == ":\n\n\r\n");
    CHECK(mine.event() == ":\n\n\r\n");
    running.on_thread([&] { go.open(); });
    std::string last;
    do last = mine.event();
    while (last == ":\n\n\r\n");
    CHECK(last == "[]");
    CHECK(mine.event().empty());
}

TEST_CASE("a handler that throws in a stream cuts it off") {
    const server running([](http::exchange& x) -> awaitable<void> {
        x.notify("{}");
        throw std::runtime_error("no");
        co_return;
    });
    auto mine = running.connect();
    mine.send(post(""));
    CHECK_FALSE(mine.to_the_end().ends_with("0\r\n\r\n"));
}

TEST_CASE("a slow reader loses old notifications and never the answer") {
    constexpr int most = 20'000;
    std::promise<void> said;
    const server running([&](http::exchange& x) -> awaitable<void> {
        for (int i = 0; i < most; ++i)
            x.notify("[" + std::to_string(i) + ",\"" + std::string(1000, '.') + "\"]");
        x.finish({200, "{\"done\":true}", {}, {}});
        said.set_value();
        co_return;
    });
    test::client mine(running.address(), 4096);
    mine.send(post(""));
    said.get_future().wait();  // not a byte is read before all was said
    mine.until("\r\n\r\n");
    int last = -1;
    int count = 0;
    std::string event;
    while ((event = mine.event()).starts_with('[')) {
        const auto number = std::stoi(event.substr(1));
        REQUIRE(number > last);
        last = number;
        ++count;
    }
    CHECK(event == "{\"done\":true}");
    CHECK(last == most - 1);
    CHECK(count < most);
    CHECK(mine.event().empty());
}

TEST_CASE("the handler is told when the client leaves, however it leaves") {
    const bool slams = GENERATE(false, true);
    const bool streams = GENERATE(false, true);
    test::gate go;
    std::promise<void> waiting;
    std::promise<void> left;
    const server running([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        x.on_closed([&] {
            left.set_value();
            go.open();
        });
        if (streams) x.notify("{}");
        waiting.set_value();
        co_await go.opened(x.get_executor());
        x.finish({200, "1", {}, {}});
    });
    auto mine = running.connect();
    mine.send(post_json("1"));
    waiting.get_future().get();
    if (slams) {
        mine.slam();
    } else {
        mine.leave();
    }
    CHECK(left.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a client that sends ahead has not left, and what it sent is answered next") {
    test::gate go;
    std::promise<void> waiting;
    bool has_left = false;
    bool is_first = true;
    server running([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (std::exchange(is_first, false)) {
            x.on_closed([&] { has_left = true; });
            waiting.set_value();
            co_await go.opened(x.get_executor());
        }
        x.finish({200, std::string(*text), {}, {}});
    });
    auto mine = running.connect();
    mine.send(post_json("1"));
    waiting.get_future().get();
    std::string ahead;
    for (int i = 2; i < 200; ++i) ahead += post_json(std::to_string(i));
    mine.send(ahead);
    running.on_thread([&] { go.open(); });
    for (int i = 1; i < 200; ++i) REQUIRE(mine.next().body == std::to_string(i));
    CHECK_FALSE(running.on_thread([&] { return has_left; }));
}

TEST_CASE("who asks too late is still told that the client has left") {
    std::promise<void> left;
    test::gate go;
    const server running([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();  // ends early
        x.on_closed([&] {
            left.set_value();
            go.open();
        });
        co_await go.opened(x.get_executor());
    });
    auto mine = running.connect();
    mine.send(post("Content-Type: application/json\r\nContent-Length: 10\r\n", "123"));
    mine.leave();
    CHECK(left.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a client that does not read is given up, and the handler told") {
    config::server settings;
    settings.http.write_timeout = std::chrono::milliseconds(50);
    std::promise<void> left;
    test::gate go;
    const server running(
        [&](http::exchange& x) -> awaitable<void> {
            x.on_closed([&] {
                left.set_value();
                go.open();
            });
            for (int i = 0; i < 5'000; ++i) x.notify(std::string(4000, '1'));
            co_await go.opened(x.get_executor());
            x.finish({200, "1", {}, {}});
        },
        settings);
    test::client mine(running.address(), 4096);
    mine.send(post(""));
    CHECK(left.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a large answer reaches a slow reader whole") {
    const std::string large(8'000'000, 'x');
    const server running([&](http::exchange& x) -> awaitable<void> {
        x.finish({200, large, {}, {}});
        co_return;
    });
    test::client mine(running.address(), 4096);
    for (int i = 0; i < 2; ++i) {
        const auto got = mine.ask(post(""));
        CHECK(got.body == large);
    }
}
