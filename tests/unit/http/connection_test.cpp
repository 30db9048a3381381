#include <stdexcept>

#include "catch.hpp"
#include "requests.hpp"
#include "server.hpp"

using namespace toolrack;
using test::client;
using test::echo;
using test::post;
using test::post_json;
using test::server;

TEST_CASE("one connection serves request after request") {
    const server running(echo);
    auto mine = running.connect();
    for (int i = 0; i < 100; ++i) {
        const auto got = mine.ask(post_json(std::to_string(i)));
        REQUIRE(got.status == 200);
        REQUIRE(got.body == std::to_string(i));
        REQUIRE_FALSE(got.says("Connection:"));
    }
}

TEST_CASE("requests that are sent ahead are answered in order") {
    const server running(echo);
    auto mine = running.connect();
    std::string all;
    for (int i = 0; i < 500; ++i) all += post_json(std::to_string(i));
    REQUIRE(mine.send(all));
    for (int i = 0; i < 500; ++i) REQUIRE(mine.next().body == std::to_string(i));
}

TEST_CASE("a request that comes byte by byte is the same request") {
    const server running(echo);
    auto mine = running.connect();
    for (const char c : post_json("[1,2]")) REQUIRE(mine.send({&c, 1}));
    CHECK(mine.next().body == "[1,2]");
}

TEST_CASE("a large head is read, and a larger one refused") {
    const server running(echo);
    CHECK(
        running.connect().ask(post_json("1", "X-A: " + std::string(15'000, 'a') + "\r\n")).status ==
        200);

    auto mine = running.connect();
    const auto got =
        mine.ask(post_json("1", "Authorization: Bearer " + std::string(100'000, 'a') + "\r\n"));
    CHECK(got.status == 431);
    CHECK(got.says("Connection: close"));
    CHECK(mine.is_ended());
}

TEST_CASE("a framing error ends the connection, and what follows is not a request") {
    const server running(echo);
    auto mine = running.connect();
    mine.send(post("Transfer-Encoding: xchunked\r\n", post_json("1")));
    const auto got = mine.next();
    CHECK(got.status == 400);
    CHECK(got.says("Connection: close"));
    CHECK(got.body.find("chunked") != std::string::npos);
    CHECK(mine.is_ended());
}

TEST_CASE("an HTTP/1.0 client is told whether it may stay") {
    const server running(echo);
    const std::string rest =
        " /mcp HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n";
    auto leaving = running.connect();
    CHECK(leaving.ask("POST" + rest + "\r\n1").says("Connection: close"));
    CHECK(leaving.is_ended());
    auto staying = running.connect();
    CHECK(staying.ask("POST" + rest + "Connection: keep-alive\r\n\r\n1")
              .says("Connection: keep-alive"));
    CHECK(staying.ask(post_json("2")).body == "2");
}

TEST_CASE("a client that asks to close is closed") {
    const server running(echo);
    auto mine = running.connect();
    CHECK(mine.ask(post_json("1", "Connection: close\r\n")).says("Connection: close"));
    CHECK(mine.is_ended());
}

TEST_CASE("a client that ends its side still gets its answer") {
    const server running(echo);
    auto mine = running.connect();
    mine.send(post_json("1"));
    mine.end_sending();
    CHECK(mine.next().body == "1");
    CHECK(mine.is_ended());
}

TEST_CASE("what a handler throws is a 500, and the next request is served") {
    const server running([](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (*text == "throw") throw std::runtime_error("secret detail");
        x.finish({200, "1", {}, {}});
    });
    auto mine = running.connect();
    const auto got = mine.ask(post_json("throw"));
    CHECK(got.status == 500);
    CHECK(got.body.find("-32603") != std::string::npos);
    CHECK(got.body.find("secret") == std::string::npos);
    CHECK(mine.ask(post_json("2")).status == 200);
}

TEST_CASE("a handler that throws before the body was read ends the connection too") {
    const server running([](http::exchange&) -> awaitable<void> {
        throw std::runtime_error("no");
        co_return;
    });
    auto mine = running.connect();
    CHECK(mine.ask(post_json("1")).status == 500);
    CHECK(mine.is_ended());
}

TEST_CASE("a request that nobody answers is a 500") {
    const server running([](http::exchange&) -> awaitable<void> { co_return; });
    CHECK(running.connect().ask(post("")).status == 500);
}

TEST_CASE("the first answer counts") {
    const server running([](http::exchange& x) -> awaitable<void> {
        x.finish_empty(202);
        x.finish({200, "1", {}, {}});
        x.reject(http::refuse(400, "No."));
        x.notify("{}");
        co_return;
    });
    auto mine = running.connect();
    CHECK(mine.ask(post("")).status == 202);
    CHECK(mine.ask(post("")).status == 202);
}

TEST_CASE("a refusal without a body to read keeps the connection") {
    const server running([](http::exchange& x) -> awaitable<void> {
        x.reject(http::refuse(404, "There is nothing here."));
        co_return;
    });
    auto mine = running.connect();
    CHECK(mine.ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").status == 404);
    // The answer to HEAD has no body, and the next answer begins right behind it.
    mine.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(mine.until("\r\n\r\n").starts_with("HTTP/1.1 404"));
    CHECK(mine.next().status == 404);
}

TEST_CASE("the handler sees who asks, and what the head mirrors") {
    std::promise<std::string> seen;
    const server running([&](http::exchange& x) -> awaitable<void> {
        const auto facts = x.facts();
        const auto& shown = *x.headers();
        std::string text(facts.peer);
        text += facts.token_in_query ? " token" : " no token";
        for (const auto& each :
             {facts.authorization, shown.protocol_version, shown.method, shown.name, x.session()}) {
            text += " " + std::string(each.value_or("-"));
        }
        for (const auto& [name, value] : shown.params)
            text += " " + std::string(name) + "=" + std::string(value);
        seen.set_value(text);
        x.finish_empty(202);
        co_return;
    });
    running.connect().ask(
        "POST /mcp?access_token=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
        "x\r\nMCP-Protocol-Version: 2026-07-28\r\n"
        "Mcp-Method: tools/call\r\nmcp-name: greet\r\nMcp-Param-Region: eu\r\n\r\n");
    CHECK(seen.get_future().get() ==
          "127.0.0.1 token Bearer x 2026-07-28 tools/call greet - Region=eu");
}

TEST_CASE("connections are spread over the threads, and each stays on its own") {
    const server running(echo, {}, test::free_port(), 2);
    std::vector<client> several;
    for (int i = 0; i < 8; ++i) several.push_back(running.connect());
    for (int round = 0; round < 10; ++round) {
        for (auto& each : several) REQUIRE(each.ask(post_json("1")).status == 200);
    }
}
