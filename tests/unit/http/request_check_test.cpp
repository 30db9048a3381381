#include "catch.hpp"
#include "http/request_check.hpp"
#include "requests.hpp"

using namespace toolrack;
using test::parsed_head;

namespace {

const http::endpoint_policy policy{"/mcp",
                                   {"localhost:8080", "tools.example.com:443", "any.example", "[::1]:8080"},
                                   {"http://localhost:8080", "https://tools.example.com"}};

std::optional<http::rejection> check(const std::string& fields, const std::string& line = "POST /mcp") {
    const parsed_head read(line + " HTTP/1.1\r\n" + fields + "\r\n");
    REQUIRE(read.status() == 200);
    return http::check_request(read.head, policy);
}

unsigned status_of_check(const std::string& fields, const std::string& line = "POST /mcp") {
    const auto no = check(fields, line);
    return no ? no->status : 200;
}

const std::string allowed_host = "Host: localhost:8080\r\n";

}  // namespace

TEST_CASE("an allowed host is accepted") {
    CHECK(status_of_check("Host: localhost:8080\r\n") == 200);
    CHECK(status_of_check("Host: LocalHost:8080\r\n") == 200);
    CHECK(status_of_check("Host: [::1]:8080\r\n") == 200);
    CHECK(status_of_check("Host: tools.example.com\r\n") == 200);
    CHECK(status_of_check("Host: tools.example.com:443\r\n") == 200);
    CHECK(status_of_check("Host: any.example\r\n") == 200);
    CHECK(status_of_check("Host: any.example:1234\r\n") == 200);
}

TEST_CASE("another host is refused (DNS rebinding)") {
    CHECK(status_of_check("Host: evil.example.com\r\n") == 403);
    CHECK(status_of_check("Host: evil.example.com:8080\r\n") == 403);
    CHECK(status_of_check("Host: localhost\r\n") == 403);
    CHECK(status_of_check("Host: localhost:80\r\n") == 403);
    CHECK(status_of_check("Host: localhost:18080\r\n") == 403);
    CHECK(status_of_check("Host: localhost.:8080\r\n") == 403);
    CHECK(status_of_check("Host: localhost.evil.example:8080\r\n") == 403);
    CHECK(status_of_check("Host: xlocalhost:8080\r\n") == 403);
    CHECK(status_of_check("Host: tools.example.com:8080\r\n") == 403);
    const auto no = check("Host: evil.example.com\r\n");
    CHECK(no->sentence == "Host \"evil.example.com\" is not allowed. Add it to server.allowed_hosts.");
}

TEST_CASE("a refused host or origin is quoted only when it is plausible") {
    const auto sentence = [](const std::string& fields) {
        const auto no = check(fields);
        REQUIRE(no);
        CHECK(no->status == 403);
        return no->sentence;
    };
    const std::string hex(64, 'a'), base64url(43, 'b'), longest(31, 'c'), label(63, 'd');
    for (const auto& host : {longest,
                             longest + ":80",
                             label + ".example",
                             std::string("10.1.2.3:80"),
                             std::string("[2001:db8::1]"),
                             std::string("my_service:8080")}) {
        CAPTURE(host);
        CHECK(sentence("Host: " + host + "\r\n").starts_with("Host \"" + host + "\" is not allowed"));
        CHECK(sentence(allowed_host + "Origin: https://" + host + "\r\n")
                  .starts_with("Origin \"https://" + host + "\" is not allowed"));
    }
    CHECK(sentence(allowed_host + "Origin: null\r\n").starts_with("Origin \"null\" is not allowed"));

    const std::string dotted = "SG." + std::string(22, 'e') + '.' + base64url,
                      three = std::string(24, 'M') + ".C12345." + std::string(27, 'Z');
    for (const auto& host : {hex, base64url, longest + "c", hex + ".example", std::string(300, '.'), dotted, three}) {
        CAPTURE(host);
        CHECK(sentence("Host: " + host + "\r\n") == "The Host field is not allowed and is not a plausible host name.");
        CHECK(sentence(allowed_host + "Origin: http://" + host + "\r\n") ==
              "The Origin field is not allowed and is not a plausible origin.");
    }
    for (const std::string origin : {"",
                                     "3f9c2d7a41b8",
                                     "Bearer 3f9c2d7a41b8",
                                     "http://",
                                     "http://3f9c@example.com",
                                     "http://example.com/3f9c2d7a41b8",
                                     "HTTP 3f9c://example.com",
                                     "NULL"}) {
        CAPTURE(origin);
        CHECK(sentence(allowed_host + "Origin: " + origin + "\r\n") ==
              "The Origin field is not allowed and is not a plausible origin.");
    }
}

TEST_CASE("X-Forwarded-Host and Forwarded are ignored") {
    CHECK(status_of_check("Host: evil.example\r\nX-Forwarded-Host: localhost:8080\r\nForwarded: "
                          "host=localhost:8080\r\n") == 403);
}

TEST_CASE("an origin must be an allowed one") {
    CHECK(status_of_check(allowed_host + "Origin: http://localhost:8080\r\n") == 200);
    CHECK(status_of_check(allowed_host + "Origin: https://tools.example.com\r\n") == 200);
    CHECK(status_of_check(allowed_host + "Origin: http://evil.example\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Origin: http://localhost\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Origin: https://localhost:8080\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Origin: null\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Origin:\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Sec-Fetch-Site: cross-site\r\n") == 403);
    CHECK(status_of_check(allowed_host + "Sec-Fetch-Site: same-origin\r\n") == 200);
}

TEST_CASE("an empty list allows nothing") {
    const parsed_head read("POST /mcp HTTP/1.1\r\n" + allowed_host + "\r\n");
    CHECK(http::check_request(read.head, {"/mcp", {}, {}})->status == 403);
}

TEST_CASE("only one path and three methods are accepted") {
    CHECK(status_of_check(allowed_host, "POST /mcp?x=1") == 200);
    CHECK(status_of_check(allowed_host, "GET /mcp") == 200);
    CHECK(status_of_check(allowed_host, "DELETE /mcp") == 200);
    for (const auto* path :
         {"/", "/mcp/", "/MCP", "//mcp", "/./mcp", "/%6dcp", "/health", "/.well-known/oauth-protected-resource"}) {
        CAPTURE(path);
        CHECK(status_of_check(allowed_host, std::string("GET ") + path) == 404);
    }
    for (const auto* method : {"PUT", "OPTIONS", "HEAD", "TRACE", "post", "BREW"}) {
        CAPTURE(method);
        const auto no = check(allowed_host, std::string(method) + " /mcp");
        REQUIRE(no);
        CHECK(no->status == 405);
        CHECK(no->fields.at(0).first == "Allow");
        CHECK(no->fields.at(0).second == "POST, GET, DELETE");
    }
}
