#include "catch.hpp"
#include "http/screen.hpp"
#include "requests.hpp"

using namespace toolrack;
using test::read_head;

namespace {

const http::policy ours{"/mcp",
                        {"localhost:8080", "tools.example.com:443", "any.example", "[::1]:8080"},
                        {"http://localhost:8080", "https://tools.example.com"}};

std::optional<http::rejection> screened(const std::string& fields,
                                        const std::string& line = "POST /mcp") {
    const read_head read(line + " HTTP/1.1\r\n" + fields + "\r\n");
    REQUIRE(read.status() == 200);
    return http::screen(read.head, ours);
}

unsigned status_of(const std::string& fields, const std::string& line = "POST /mcp") {
    const auto no = screened(fields, line);
    return no ? no->status : 200;
}

const std::string us = "Host: localhost:8080\r\n";

}  // namespace

TEST_CASE("a host that is ours is let through") {
    CHECK(status_of("Host: localhost:8080\r\n") == 200);
    CHECK(status_of("Host: LocalHost:8080\r\n") == 200);
    CHECK(status_of("Host: [::1]:8080\r\n") == 200);
    CHECK(status_of("Host: tools.example.com\r\n") == 200);
    CHECK(status_of("Host: tools.example.com:443\r\n") == 200);
    CHECK(status_of("Host: any.example\r\n") == 200);
    CHECK(status_of("Host: any.example:1234\r\n") == 200);
}

TEST_CASE("a host that is not ours is refused: DNS rebinding") {
    CHECK(status_of("Host: evil.example.com\r\n") == 403);
    CHECK(status_of("Host: evil.example.com:8080\r\n") == 403);
    CHECK(status_of("Host: localhost\r\n") == 403);
    CHECK(status_of("Host: localhost:80\r\n") == 403);
    CHECK(status_of("Host: localhost:18080\r\n") == 403);
    CHECK(status_of("Host: localhost.:8080\r\n") == 403);
    CHECK(status_of("Host: localhost.evil.example:8080\r\n") == 403);
    CHECK(status_of("Host: xlocalhost:8080\r\n") == 403);
    CHECK(status_of("Host: tools.example.com:8080\r\n") == 403);
    const auto no = screened("Host: evil.example.com\r\n");
    CHECK(no->sentence ==
          "Host \"evil.example.com\" is not one that this server answers to; add it to "
          "server.allowed_hosts.");
}

TEST_CASE("a refused host or origin is said again only when it looks like one") {
    const auto sentence = [](const std::string& fields) {
        const auto no = screened(fields);
        REQUIRE(no);
        CHECK(no->status == 403);
        return no->sentence;
    };
    const std::string hex(64, 'a'), base64url(43, 'b'), longest(31, 'c'), label(63, 'd');
    for (const auto& host : {longest, longest + ":80", label + ".example", std::string("10.1.2.3:80"),
                             std::string("[2001:db8::1]"), std::string("my_service:8080")}) {
        CAPTURE(host);
        CHECK(sentence("Host: " + host + "\r\n").starts_with("Host \"" + host + "\" is not one"));
        CHECK(sentence(us + "Origin: https://" + host + "\r\n").starts_with("Origin \"https://" + host + "\" may"));
    }
    CHECK(sentence(us + "Origin: null\r\n").starts_with("Origin \"null\" may"));

    const std::string dotted = "SG." + std::string(22, 'e') + '.' + base64url,
                      three = std::string(24, 'M') + ".C12345." + std::string(27, 'Z');
    for (const auto& host : {hex, base64url, longest + "c", hex + ".example", std::string(300, '.'), dotted, three}) {
        CAPTURE(host);
        CHECK(sentence("Host: " + host + "\r\n") ==
              "The Host of the request is not one that this server answers to, and looks like none.");
        CHECK(sentence(us + "Origin: http://" + host + "\r\n") ==
              "The Origin of the request may not use this server, and looks like none.");
    }
    for (const std::string origin : {"", "3f9c2d7a41b8", "Bearer 3f9c2d7a41b8", "http://", "http://3f9c@example.com",
                                     "http://example.com/3f9c2d7a41b8", "HTTP 3f9c://example.com", "NULL"}) {
        CAPTURE(origin);
        CHECK(sentence(us + "Origin: " + origin + "\r\n") ==
              "The Origin of the request may not use this server, and looks like none.");
    }
}

TEST_CASE("what a proxy claims of the host does not count") {
    CHECK(status_of("Host: evil.example\r\nX-Forwarded-Host: localhost:8080\r\nForwarded: "
                    "host=localhost:8080\r\n") == 403);
}

TEST_CASE("an origin must be one of ours") {
    CHECK(status_of(us + "Origin: http://localhost:8080\r\n") == 200);
    CHECK(status_of(us + "Origin: https://tools.example.com\r\n") == 200);
    CHECK(status_of(us + "Origin: http://evil.example\r\n") == 403);
    CHECK(status_of(us + "Origin: http://localhost\r\n") == 403);
    CHECK(status_of(us + "Origin: https://localhost:8080\r\n") == 403);
    CHECK(status_of(us + "Origin: null\r\n") == 403);
    CHECK(status_of(us + "Origin:\r\n") == 403);
    CHECK(status_of(us + "Sec-Fetch-Site: cross-site\r\n") == 403);
    CHECK(status_of(us + "Sec-Fetch-Site: same-origin\r\n") == 200);
}

TEST_CASE("an empty list allows nobody") {
    const read_head read("POST /mcp HTTP/1.1\r\n" + us + "\r\n");
    CHECK(http::screen(read.head, {"/mcp", {}, {}})->status == 403);
}

TEST_CASE("there is one path and three methods") {
    CHECK(status_of(us, "POST /mcp?x=1") == 200);
    CHECK(status_of(us, "GET /mcp") == 200);
    CHECK(status_of(us, "DELETE /mcp") == 200);
    for (const auto* elsewhere : {"/",
                                  "/mcp/",
                                  "/MCP",
                                  "//mcp",
                                  "/./mcp",
                                  "/%6dcp",
                                  "/health",
                                  "/.well-known/oauth-protected-resource"}) {
        CAPTURE(elsewhere);
        CHECK(status_of(us, std::string("GET ") + elsewhere) == 404);
    }
    for (const auto* method : {"PUT", "OPTIONS", "HEAD", "TRACE", "post", "BREW"}) {
        CAPTURE(method);
        const auto no = screened(us, std::string(method) + " /mcp");
        REQUIRE(no);
        CHECK(no->status == 405);
        CHECK(no->fields.at(0).first == "Allow");
        CHECK(no->fields.at(0).second == "POST, GET, DELETE");
    }
}
