#include <stdexcept>

#include "catch.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"

using namespace toolrack;
using test::blocking_client;
using test::echo;
using test::post;
using test::post_json;
using test::server_fixture;

TEST_CASE("one connection serves many requests") {
    const server_fixture server(echo);
    auto client = server.connect();
    for (int i = 0; i < 100; ++i) {
        const auto got = client.request(post_json(std::to_string(i)));
        REQUIRE(got.status == 200);
        REQUIRE(got.body == std::to_string(i));
        REQUIRE_FALSE(got.head_contains("Connection:"));
    }
}

TEST_CASE("pipelined requests are answered in order") {
    const server_fixture server(echo);
    auto client = server.connect();
    std::string all;
    for (int i = 0; i < 500; ++i) all += post_json(std::to_string(i));
    REQUIRE(client.send(all));
    for (int i = 0; i < 500; ++i) REQUIRE(client.read_response().body == std::to_string(i));
}

TEST_CASE("a request is answered when it arrives byte by byte") {
    const server_fixture server(echo);
    auto client = server.connect();
    for (const char c : post_json("[1,2]")) REQUIRE(client.send({&c, 1}));
    CHECK(client.read_response().body == "[1,2]");
}

TEST_CASE("a head within the limit is read, and a larger one is refused") {
    const server_fixture server(echo);
    CHECK(server.connect().request(post_json("1", "X-A: " + std::string(15'000, 'a') + "\r\n")).status == 200);

    auto client = server.connect();
    const auto got = client.request(post_json("1", "Authorization: Bearer " + std::string(100'000, 'a') + "\r\n"));
    CHECK(got.status == 431);
    CHECK(got.head_contains("Connection: close"));
    CHECK(client.is_at_end());
}

TEST_CASE("a framing error ends the connection, and the bytes behind it are not read as a request") {
    const server_fixture server(echo);
    auto client = server.connect();
    client.send(post("Transfer-Encoding: xchunked\r\n", post_json("1")));
    const auto got = client.read_response();
    CHECK(got.status == 400);
    CHECK(got.head_contains("Connection: close"));
    CHECK(got.body.find("chunked") != std::string::npos);
    CHECK(client.is_at_end());
}

TEST_CASE("an HTTP/1.0 client is told whether the connection stays open") {
    const server_fixture server(echo);
    const std::string rest = " /mcp HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n";
    auto leaving = server.connect();
    CHECK(leaving.request("POST" + rest + "\r\n1").head_contains("Connection: close"));
    CHECK(leaving.is_at_end());
    auto staying = server.connect();
    CHECK(staying.request("POST" + rest + "Connection: keep-alive\r\n\r\n1").head_contains("Connection: keep-alive"));
    CHECK(staying.request(post_json("2")).body == "2");
}

TEST_CASE("a request with Connection: close ends the connection") {
    const server_fixture server(echo);
    auto client = server.connect();
    CHECK(client.request(post_json("1", "Connection: close\r\n")).head_contains("Connection: close"));
    CHECK(client.is_at_end());
}

TEST_CASE("a client that has shut down its sending side gets its answer") {
    const server_fixture server(echo);
    auto client = server.connect();
    client.send(post_json("1"));
    client.end_sending();
    CHECK(client.read_response().body == "1");
    CHECK(client.is_at_end());
}

TEST_CASE("an exception in a handler is a 500, and the next request is served") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (*text == "throw") throw std::runtime_error("secret detail");
        x.finish({200, "1", {}, {}});
    });
    auto client = server.connect();
    const auto got = client.request(post_json("throw"));
    CHECK(got.status == 500);
    CHECK(got.body.find("-32603") != std::string::npos);
    CHECK(got.body.find("secret") == std::string::npos);
    CHECK(client.request(post_json("2")).status == 200);
}

TEST_CASE("an exception before the body was read is a 500 and ends the connection") {
    const server_fixture server([](http::exchange&) -> awaitable<void> {
        throw std::runtime_error("no");
        co_return;
    });
    auto client = server.connect();
    CHECK(client.request(post_json("1")).status == 500);
    CHECK(client.is_at_end());
}

TEST_CASE("a request without an answer of the handler is a 500") {
    const server_fixture server([](http::exchange&) -> awaitable<void> { co_return; });
    CHECK(server.connect().request(post("")).status == 500);
}

TEST_CASE("only the first answer of a handler is sent") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.finish_empty(202);
        x.finish({200, "1", {}, {}});
        x.reject(http::reject(400, "No."));
        x.notify("{}");
        co_return;
    });
    auto client = server.connect();
    CHECK(client.request(post("")).status == 202);
    CHECK(client.request(post("")).status == 202);
}

TEST_CASE("a rejection of a request without a body keeps the connection open") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.reject(http::reject(404, "There is nothing here."));
        co_return;
    });
    auto client = server.connect();
    CHECK(client.request("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").status == 404);
    // The answer to HEAD has no body, and the next answer begins right behind it.
    client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 404"));
    CHECK(client.read_response().status == 404);
}

TEST_CASE("the handler gets the request facts and the mirrored fields") {
    std::promise<std::string> seen;
    const server_fixture server([&](http::exchange& x) -> awaitable<void> {
        const auto facts = x.facts();
        const auto& shown = *x.headers();
        std::string text(facts.peer);
        text += facts.token_in_query ? " token" : " no token";
        for (const auto& each : {facts.authorization, shown.protocol_version, shown.method, shown.name, x.session()}) {
            text += " " + std::string(each.value_or("-"));
        }
        for (const auto& [name, value] : shown.params) text += " " + std::string(name) + "=" + std::string(value);
        seen.set_value(text);
        x.finish_empty(202);
        co_return;
    });
    server.connect().request("POST /mcp?access_token=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                             "x\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                             "Mcp-Method: tools/call\r\nmcp-name: greet\r\nMcp-Param-Region: eu\r\n\r\n");
    CHECK(seen.get_future().get() == "127.0.0.1 token Bearer x 2026-07-28 tools/call greet - Region=eu");
}

TEST_CASE("connections are distributed over the threads") {
    const server_fixture server(echo, {}, test::free_port(), 2);
    std::vector<blocking_client> several;
    for (int i = 0; i < 8; ++i) several.push_back(server.connect());
    for (int round = 0; round < 10; ++round) {
        for (auto& each : several) REQUIRE(each.request(post_json("1")).status == 200);
    }
}
