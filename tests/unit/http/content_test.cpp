#include "catch.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/query.hpp"
#include "requests.hpp"

using namespace toolrack;
using test::post;
using test::read_head;

namespace {

unsigned status_of(const std::string& fields) {
    const read_head read(post(fields));
    REQUIRE(read.status() == 200);
    const auto no = http::check_content(read.head, http::accepted_by(read.head), 100);
    return no ? no->status : 200;
}

}  // namespace

TEST_CASE("only JSON is taken") {
    const auto of_type = [](const std::string& type) {
        return status_of("Content-Type: " + type + "\r\n");
    };
    CHECK(of_type("application/json") == 200);
    CHECK(of_type("Application/JSON") == 200);
    CHECK(of_type("application/json; charset=utf-8") == 200);
    CHECK(of_type("application/json;charset=\"UTF-8\"") == 200);
    CHECK(of_type("text/plain") == 415);
    CHECK(of_type("application/x-www-form-urlencoded") == 415);
    CHECK(of_type("application/json; charset=utf-16") == 415);
    CHECK(of_type("application/json, text/plain") == 415);
    CHECK(of_type("application/jsonx") == 415);
    CHECK(of_type("") == 415);
    CHECK(status_of("") == 415);
}

TEST_CASE("a body that is announced too large is refused before anything else") {
    CHECK(status_of("Content-Length: 101\r\n") == 413);
    CHECK(status_of("Content-Type: application/json\r\nContent-Length: 100\r\n") == 200);
}

TEST_CASE("an answer that the client would not take is not made") {
    const std::string json = "Content-Type: application/json\r\n";
    CHECK(status_of(json) == 200);
    CHECK(status_of(json + "Accept: */*\r\n") == 200);
    CHECK(status_of(json + "Accept: application/json, text/event-stream\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html, text/event-stream;q=0.5\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html\r\nAccept: application/json\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html\r\n") == 406);
    CHECK(status_of(json + "Accept: application/json;q=0\r\n") == 406);
}

TEST_CASE("what the client takes is read from all of its Accept fields") {
    const auto takes = [](const std::string& fields) {
        const read_head read(post(fields));
        return http::accepted_by(read.head);
    };
    CHECK(takes("").json);
    CHECK(takes("").stream);
    CHECK_FALSE(takes("Accept: application/json\r\n").stream);
    CHECK_FALSE(takes("Accept: text/event-stream\r\n").json);
    CHECK(takes("Accept: text/event-stream\r\naccept: application/json\r\n").json);
}

TEST_CASE("a token in the query is noticed, however its key is written") {
    CHECK(http::names_a_token("access_token=abc"));
    CHECK(http::names_a_token("x=1&TOKEN=abc"));
    CHECK(http::names_a_token("MCP_AUTH_TOKEN=abc"));
    CHECK(http::names_a_token("%61ccess%5Ftoken=abc"));
    CHECK(http::names_a_token("a=b;access-token"));
    CHECK_FALSE(http::names_a_token(""));
    CHECK_FALSE(http::names_a_token("tokens=5&x=token"));
    CHECK_FALSE(http::names_a_token("&&%&%4=%zz"));
}
