#include "catch.hpp"
#include "requests.hpp"
#include "server.hpp"

using namespace toolrack;
using test::echo;
using test::post;
using test::post_json;
using test::server;

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

TEST_CASE("a body of any size arrives whole, and the next request after it") {
    const server running(echo);
    auto mine = running.connect();
    for (const std::size_t size :
         {0, 1, 1000, 2047, 2048, 5000, 20'000, 40'000, 70'000, 1'000'000, 4'194'304}) {
        CAPTURE(size);
        const auto text = text_of(size);
        const auto got = mine.ask(post_json(text));
        if (size == 0) {
            CHECK(got.status == 200);  // an empty JSON text is the next room's problem
            continue;
        }
        REQUIRE(got.status == 200);
        REQUIRE(got.body == text);
    }
}

TEST_CASE("a chunked body is put together, and what is behind it is the next request") {
    const server running(echo);
    auto mine = running.connect();
    mine.send(post(chunked, "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n") + post_json("3"));
    CHECK(mine.next().body == "[1,2]");
    CHECK(mine.next().body == "3");

    const auto text = text_of(300'000);
    std::string body;
    for (std::size_t at = 0; at < text.size(); at += 1000)
        body += "3e8\r\n" + text.substr(at, 1000) + "\r\n";
    CHECK(mine.ask(post(chunked, body + "0\r\n\r\n")).body == text);
    for (const char c : post(chunked, "1\r\n7\r\n0\r\n\r\n")) mine.send({&c, 1});
    CHECK(mine.next().body == "7");
}

TEST_CASE("a trailer cannot add to the head: the connection ends") {
    const server running(echo);
    auto mine = running.connect();
    CHECK(mine.ask(post(chunked, "1\r\n7\r\n0\r\nAuthorization: Bearer x\r\n\r\n")).status == 400);
    CHECK(mine.is_ended());
    // Beast 1.81 would end the process on this one.
    auto other = running.connect();
    CHECK(other.ask(post(chunked, "0\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n")).status ==
          400);
    CHECK(running.connect().ask(post_json("1")).status == 200);
}

TEST_CASE("a client that waits to be told to go on is told so, once it is let in") {
    const server running(echo);
    auto mine = running.connect();
    mine.send(
        post("Content-Type: application/json\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"));
    CHECK(mine.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(mine.ask("[1]").body == "[1]");
    // One that did not wait is not told.
    CHECK(mine.ask(post_json("[2]", "Expect: 100-continue\r\n")).body == "[2]");
}

TEST_CASE("a refused client is not told to go on") {
    const server running([](http::exchange& x) -> awaitable<void> {
        x.reject(http::refuse(401, "Show a token."));
        co_return;
    });
    auto mine = running.connect();
    CHECK(mine.ask(post("Content-Length: 1000000\r\nExpect: 100-continue\r\n")).status == 401);
    CHECK(mine.is_ended());
}

TEST_CASE("a body that is too large is refused before it is read") {
    const server running(echo, with_body_of(100));
    auto announced = running.connect();
    CHECK(announced.ask(post("Content-Type: application/json\r\nContent-Length: 101\r\n")).status ==
          413);
    CHECK(announced.is_ended());
    auto grown = running.connect();
    CHECK(grown.ask(post(chunked, "64\r\n" + std::string(100, '1') + "\r\n1\r\n")).status == 413);
    CHECK(grown.is_ended());
    CHECK(running.connect().ask(post_json(std::string(100, '1'))).status == 200);
}

TEST_CASE("a client in the middle of an upload can read why it was refused") {
    const server running(echo, with_body_of(100));
    auto mine = running.connect();
    mine.send(post_json(std::string(60'000, '1')));
    const auto got = mine.next();
    CHECK(got.status == 413);
    CHECK(got.says("Connection: close"));
    CHECK(mine.is_ended());
}

TEST_CASE("a body that is not JSON by its own word is not read") {
    const server running(echo);
    auto mine = running.connect();
    CHECK(mine.ask(post("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}")).status == 415);
    CHECK(mine.is_ended());
}

TEST_CASE("a body that stops coming is a 408") {
    config::server settings;
    settings.http.head_timeout = std::chrono::milliseconds(50);
    const server running(echo, settings);
    const auto fields = GENERATE(as<std::string>{},
                                 "Content-Length: 10\r\nContent-Type: application/json\r\n",
                                 "Content-Length: 100000\r\nContent-Type: application/json\r\n",
                                 chunked);
    auto mine = running.connect();
    const auto got = mine.ask(post(fields, "1"));
    CHECK(got.status == 408);
    CHECK(mine.is_ended());
}

TEST_CASE("a body that ends early is no request") {
    const server running(echo);
    auto mine = running.connect();
    mine.send(post("Content-Type: application/json\r\nContent-Length: 10\r\n", "123"));
    mine.end_sending();
    CHECK(mine.next().status == 400);
    CHECK(mine.is_ended());
    CHECK(running.connect().ask(post_json("1")).status == 200);
}
