#include "catch.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"

using namespace toolrack;
using test::post;
using test::post_json;
using test::server_fixture;

namespace {

std::string progress(int i) { return "{\"n\":" + std::to_string(i) + "}"; }

// Three notifications and an answer.
awaitable<void> count(http::exchange& x) {
    (void)co_await x.body();
    for (int i = 0; i < 3; ++i) x.notify(progress(i));
    x.finish({200, "{\"done\":true}", "a-session", {}});
}

}  // namespace

TEST_CASE("notifications are sent as events, in order, before the answer") {
    const server_fixture server(count);
    auto client = server.connect();
    for (int round = 0; round < 2; ++round) {
        client.send(post_json("1", "Accept: application/json, text/event-stream\r\n"));
        const auto head = client.read_until("\r\n\r\n");
        CHECK(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
        CHECK(head.find("Transfer-Encoding: chunked") != std::string::npos);
        for (int i = 0; i < 3; ++i) CHECK(client.read_event() == progress(i));
        CHECK(client.read_event() == "{\"done\":true}");
        CHECK(client.read_event().empty());
    }
}

TEST_CASE("a client that does not accept event streams gets only the answer") {
    const server_fixture server(count);
    const auto got = server.connect().request(post_json("1", "Accept: application/json\r\n"));
    CHECK(got.head_contains("Content-Type: application/json"));
    CHECK(got.head_contains("Mcp-Session-Id: a-session"));
    CHECK(got.body == "{\"done\":true}");
}

TEST_CASE("a client that accepts only event streams gets a stream of one event") {
    const server_fixture server(test::echo);
    auto client = server.connect();
    client.send(post_json("[1]", "Accept: text/event-stream\r\n"));
    CHECK(client.read_until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    CHECK(client.read_event() == "[1]");
    CHECK(client.read_event().empty());
}

TEST_CASE("an HTTP/1.0 stream lasts until the connection ends") {
    const server_fixture server(count);
    auto client = server.connect();
    client.send("POST /mcp HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Type: "
                "application/json\r\nContent-Length: 1\r\n\r\n1");
    CHECK(client.read_until("\r\n\r\n").find("Connection: close") != std::string::npos);
    CHECK(client.read_to_end().ends_with("event: message\ndata: {\"done\":true}\n\n"));
}

TEST_CASE("a stream can be opened before its first message") {
    test::latch resume;
    server_fixture server([&](http::exchange& x) -> awaitable<void> {
        x.open_stream();
        co_await resume.wait(x.get_executor());
        x.finish_empty(200);
    });
    auto client = server.connect();
    client.send("GET /mcp HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    server.on_thread([&] { resume.open(); });
    CHECK(client.read_event().empty());
}

TEST_CASE("a stream that is closed without an answer ends its connection") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.open_stream("7-0", std::chrono::milliseconds(100));
        x.notify("{}", "7-1");
        x.close_stream();
        co_return;
    });
    auto client = server.connect();
    client.send(post(""));
    client.read_until("\r\n\r\n");
    CHECK(client.read_event() == "id: 7-0\nretry: 100\ndata:\n\n\r\n");
    CHECK(client.read_event() == "id: 7-1\ndata: {}");
    CHECK(client.read_event().empty());
    CHECK(client.is_at_end());
}

TEST_CASE("an idle stream sends keep-alive comments") {
    config::server settings;
    settings.http.idle_timeout = std::chrono::milliseconds(40);
    test::latch resume;
    server_fixture server(
        [&](http::exchange& x) -> awaitable<void> {
            x.notify("{}");
            co_await resume.wait(x.get_executor());
            x.finish({200, "[]", {}, {}});
        },
        settings);
    auto client = server.connect();
    client.send(post(""));
    client.read_until("\r\n\r\n");
    CHECK(client.read_event() == "{}");
    CHECK(client.read_event() == ":\n\n\r\n");
    CHECK(client.read_event() == ":\n\n\r\n");
    server.on_thread([&] { resume.open(); });
    std::string last;
    do last = client.read_event();
    while (last == ":\n\n\r\n");
    CHECK(last == "[]");
    CHECK(client.read_event().empty());
}

TEST_CASE("an exception in a handler truncates the stream") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.notify("{}");
        throw std::runtime_error("no");
        co_return;
    });
    auto client = server.connect();
    client.send(post(""));
    CHECK_FALSE(client.read_to_end().ends_with("0\r\n\r\n"));
}

TEST_CASE("a slow reader loses old notifications, never the answer") {
    constexpr int most = 20'000;
    std::promise<void> all_sent;
    const server_fixture server([&](http::exchange& x) -> awaitable<void> {
        for (int i = 0; i < most; ++i) x.notify("[" + std::to_string(i) + ",\"" + std::string(1000, '.') + "\"]");
        x.finish({200, "{\"done\":true}", {}, {}});
        all_sent.set_value();
        co_return;
    });
    test::blocking_client client(server.address(), 4096);
    client.send(post(""));
    all_sent.get_future().wait();  // start reading after the last send
    client.read_until("\r\n\r\n");
    int last = -1;
    int count = 0;
    std::string event;
    while ((event = client.read_event()).starts_with('[')) {
        const auto number = std::stoi(event.substr(1));
        REQUIRE(number > last);
        last = number;
        ++count;
    }
    CHECK(event == "{\"done\":true}");
    CHECK(last == most - 1);
    CHECK(count < most);
    CHECK(client.read_event().empty());
}

TEST_CASE("the handler is notified when the client closes or resets the connection") {
    const bool resets = GENERATE(false, true);
    const bool streams = GENERATE(false, true);
    test::latch resume;
    std::promise<void> waiting;
    std::promise<void> disconnected;
    const server_fixture server([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        x.on_closed([&] {
            disconnected.set_value();
            resume.open();
        });
        if (streams) x.notify("{}");
        waiting.set_value();
        co_await resume.wait(x.get_executor());
        x.finish({200, "1", {}, {}});
    });
    auto client = server.connect();
    client.send(post_json("1"));
    waiting.get_future().get();
    if (resets) {
        client.reset_connection();
    } else {
        client.close();
    }
    CHECK(disconnected.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a client that pipelines is not disconnected, and its requests are answered next") {
    test::latch resume;
    std::promise<void> waiting;
    bool has_disconnected = false;
    bool is_first = true;
    server_fixture server([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (std::exchange(is_first, false)) {
            x.on_closed([&] { has_disconnected = true; });
            waiting.set_value();
            co_await resume.wait(x.get_executor());
        }
        x.finish({200, std::string(*text), {}, {}});
    });
    auto client = server.connect();
    client.send(post_json("1"));
    waiting.get_future().get();
    std::string ahead;
    for (int i = 2; i < 200; ++i) ahead += post_json(std::to_string(i));
    client.send(ahead);
    server.on_thread([&] { resume.open(); });
    for (int i = 1; i < 200; ++i) REQUIRE(client.read_response().body == std::to_string(i));
    CHECK_FALSE(server.on_thread([&] { return has_disconnected; }));
}

TEST_CASE("a callback that is set after the disconnect is called") {
    std::promise<void> disconnected;
    test::latch resume;
    const server_fixture server([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();  // ends early
        x.on_closed([&] {
            disconnected.set_value();
            resume.open();
        });
        co_await resume.wait(x.get_executor());
    });
    auto client = server.connect();
    client.send(post("Content-Type: application/json\r\nContent-Length: 10\r\n", "123"));
    client.close();
    CHECK(disconnected.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a client that does not read is disconnected, and the handler is notified") {
    config::server settings;
    settings.http.write_timeout = std::chrono::milliseconds(50);
    std::promise<void> disconnected;
    test::latch resume;
    const server_fixture server(
        [&](http::exchange& x) -> awaitable<void> {
            x.on_closed([&] {
                disconnected.set_value();
                resume.open();
            });
            for (int i = 0; i < 5'000; ++i) x.notify(std::string(4000, '1'));
            co_await resume.wait(x.get_executor());
            x.finish({200, "1", {}, {}});
        },
        settings);
    test::blocking_client client(server.address(), 4096);
    client.send(post(""));
    CHECK(disconnected.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a slow reader gets a large answer completely") {
    const std::string large(8'000'000, 'x');
    const server_fixture server([&](http::exchange& x) -> awaitable<void> {
        x.finish({200, large, {}, {}});
        co_return;
    });
    test::blocking_client client(server.address(), 4096);
    for (int i = 0; i < 2; ++i) {
        const auto got = client.request(post(""));
        CHECK(got.body == large);
    }
}
