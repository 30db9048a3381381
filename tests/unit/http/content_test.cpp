#include "catch.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/query.hpp"
#include "requests.hpp"

using namespace toolrack;
using test::parsed_head;
using test::post;

namespace {

unsigned status_of(const std::string& fields) {
    const parsed_head read(post(fields));
    REQUIRE(read.status() == 200);
    const auto no = http::check_content(read.head, http::accepted_types_of(read.head), 100);
    return no ? no->status : 200;
}

}  // namespace

TEST_CASE("only JSON content types are accepted") {
    const auto of_type = [](const std::string& type) { return status_of("Content-Type: " + type + "\r\n"); };
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

TEST_CASE("a Content-Length above the limit is refused first") {
    CHECK(status_of("Content-Length: 101\r\n") == 413);
    CHECK(status_of("Content-Type: application/json\r\nContent-Length: 100\r\n") == 200);
}

TEST_CASE("a request whose Accept excludes all answers is refused") {
    const std::string json = "Content-Type: application/json\r\n";
    CHECK(status_of(json) == 200);
    CHECK(status_of(json + "Accept: */*\r\n") == 200);
    CHECK(status_of(json + "Accept: application/json, text/event-stream\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html, text/event-stream;q=0.5\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html\r\nAccept: application/json\r\n") == 200);
    CHECK(status_of(json + "Accept: text/html\r\n") == 406);
    CHECK(status_of(json + "Accept: application/json;q=0\r\n") == 406);
}

TEST_CASE("all Accept fields are combined") {
    const auto takes = [](const std::string& fields) {
        const parsed_head read(post(fields));
        return http::accepted_types_of(read.head);
    };
    CHECK(takes("").json);
    CHECK(takes("").event_stream);
    CHECK_FALSE(takes("Accept: application/json\r\n").event_stream);
    CHECK_FALSE(takes("Accept: text/event-stream\r\n").json);
    CHECK(takes("Accept: text/event-stream\r\naccept: application/json\r\n").json);
}

TEST_CASE("a token in the query is found in any spelling of its key") {
    CHECK(http::has_token_parameter("access_token=abc"));
    CHECK(http::has_token_parameter("x=1&TOKEN=abc"));
    CHECK(http::has_token_parameter("MCP_AUTH_TOKEN=abc"));
    CHECK(http::has_token_parameter("%61ccess%5Ftoken=abc"));
    CHECK(http::has_token_parameter("a=b;access-token"));
    CHECK_FALSE(http::has_token_parameter(""));
    CHECK_FALSE(http::has_token_parameter("tokens=5&x=token"));
    CHECK_FALSE(http::has_token_parameter("&&%&%4=%zz"));
}
