#include "catch.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"

using namespace toolrack;
using test::echo;
using test::post;
using test::post_json;
using test::server_fixture;

namespace {

const std::string chunked = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";

config::server with_body_of(std::size_t bytes) {
    config::server settings;
    settings.http.body = bytes;
    return settings;
}

std::string text_of(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",";
    text.resize(bytes);
    return text;
}

}  // namespace

TEST_CASE("a body of any size arrives complete, and the next request is served") {
    const server_fixture server(echo);
    auto client = server.connect();
    for (const std::size_t size : {0, 1, 1000, 2047, 2048, 5000, 20'000, 40'000, 70'000, 1'000'000, 4'194'304}) {
        CAPTURE(size);
        const auto text = text_of(size);
        const auto got = client.request(post_json(text));
        if (size == 0) {
            CHECK(got.status == 200);  // the mcp room rejects an empty message
            continue;
        }
        REQUIRE(got.status == 200);
        REQUIRE(got.body == text);
    }
}

TEST_CASE("a chunked body is decoded, and the next request starts behind it") {
    const server_fixture server(echo);
    auto client = server.connect();
    client.send(post(chunked, "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n") + post_json("3"));
    CHECK(client.read_response().body == "[1,2]");
    CHECK(client.read_response().body == "3");

    const auto text = text_of(300'000);
    std::string body;
    for (std::size_t at = 0; at < text.size(); at += 1000) body += "3e8\r\n" + text.substr(at, 1000) + "\r\n";
    CHECK(client.request(post(chunked, body + "0\r\n\r\n")).body == text);
    for (const char c : post(chunked, "1\r\n7\r\n0\r\n\r\n")) client.send({&c, 1});
    CHECK(client.read_response().body == "7");
}

TEST_CASE("a trailer cannot add fields to the head: it is refused and the connection ends") {
    const server_fixture server(echo);
    auto client = server.connect();
    CHECK(client.request(post(chunked, "1\r\n7\r\n0\r\nAuthorization: Bearer x\r\n\r\n")).status == 400);
    CHECK(client.is_at_end());
    // Beast 1.81 throws on a trailer of this size.
    auto other = server.connect();
    CHECK(other.request(post(chunked, "0\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n")).status == 400);
    CHECK(server.connect().request(post_json("1")).status == 200);
}

TEST_CASE("a client that expects 100 Continue gets it when the handler reads the body") {
    const server_fixture server(echo);
    auto client = server.connect();
    client.send(post("Content-Type: application/json\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"));
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(client.request("[1]").body == "[1]");
    // A client that has sent the body already gets no interim response.
    CHECK(client.request(post_json("[2]", "Expect: 100-continue\r\n")).body == "[2]");
}

TEST_CASE("a rejected client gets no 100 Continue") {
    const server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.reject(http::reject(401, "Show a token."));
        co_return;
    });
    auto client = server.connect();
    CHECK(client.request(post("Content-Length: 1000000\r\nExpect: 100-continue\r\n")).status == 401);
    CHECK(client.is_at_end());
}

TEST_CASE("a body that is too large is refused before it is read") {
    const server_fixture server(echo, with_body_of(100));
    auto announced = server.connect();
    CHECK(announced.request(post("Content-Type: application/json\r\nContent-Length: 101\r\n")).status == 413);
    CHECK(announced.is_at_end());
    auto grown = server.connect();
    CHECK(grown.request(post(chunked, "64\r\n" + std::string(100, '1') + "\r\n1\r\n")).status == 413);
    CHECK(grown.is_at_end());
    CHECK(server.connect().request(post_json(std::string(100, '1'))).status == 200);
}

TEST_CASE("a client can read a rejection in the middle of its upload") {
    const server_fixture server(echo, with_body_of(100));
    auto client = server.connect();
    client.send(post_json(std::string(60'000, '1')));
    const auto got = client.read_response();
    CHECK(got.status == 413);
    CHECK(got.head_contains("Connection: close"));
    CHECK(client.is_at_end());
}

TEST_CASE("a body without the JSON content type is not read") {
    const server_fixture server(echo);
    auto client = server.connect();
    CHECK(client.request(post("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}")).status == 415);
    CHECK(client.is_at_end());
}

TEST_CASE("a body that does not arrive in time is a 408") {
    config::server settings;
    settings.http.head_timeout = std::chrono::milliseconds(50);
    const server_fixture server(echo, settings);
    const auto fields = GENERATE(as<std::string>{},
                                 "Content-Length: 10\r\nContent-Type: application/json\r\n",
                                 "Content-Length: 100000\r\nContent-Type: application/json\r\n",
                                 chunked);
    auto client = server.connect();
    const auto got = client.request(post(fields, "1"));
    CHECK(got.status == 408);
    CHECK(client.is_at_end());
}

TEST_CASE("a body that ends early is a 400") {
    const server_fixture server(echo);
    auto client = server.connect();
    client.send(post("Content-Type: application/json\r\nContent-Length: 10\r\n", "123"));
    client.end_sending();
    CHECK(client.read_response().status == 400);
    CHECK(client.is_at_end());
    CHECK(server.connect().request(post_json("1")).status == 200);
}
