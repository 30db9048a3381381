#include "catch.hpp"
#include "requests.hpp"

using namespace toolrack;
using test::parsed_head;
using test::post;

namespace {

struct bad_head {
    const char* what;
    std::string text;
    unsigned status = 400;
};

std::string many_fields(std::size_t count) {
    std::string fields;
    for (std::size_t i = 1; i < count; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
    return fields;
}

std::string start(std::string_view line, std::string_view host = "Host: localhost:8080\r\n") {
    return std::string(line) + "\r\n" + std::string(host) + "\r\n";
}

}  // namespace

TEST_CASE("a head is parsed into its fields") {
    const parsed_head read(post("Content-Type: application/json\r\nContent-Length: 12\r\n"
                                "aUTHORIZATION:Bearer abc \t\r\nMcp-Name: a b\r\nEmpty:\r\n",
                                "the body"));
    REQUIRE(read.status() == 200);
    CHECK(read.text.substr(read.size) == "the body");
    const auto& head = read.head;
    CHECK(head.method == "POST");
    CHECK(head.target == "/mcp");
    CHECK(head.path == "/mcp");
    CHECK(head.query.empty());
    CHECK(head.content_length == 12);
    CHECK(head.has_body());
    CHECK(head.keep_alive);
    CHECK_FALSE(head.chunked);
    CHECK(head.find("Authorization") == "Bearer abc");
    CHECK(head.find(http::singleton_field::mcp_name) == "a b");
    CHECK(head.find("empty") == "");
    CHECK_FALSE(head.find("Origin"));
    CHECK(head.fields.size() == 6);
}

TEST_CASE("the target is split into path and query") {
    const parsed_head read(start("GET /mcp?a=1&b=?2 HTTP/1.1"));
    CHECK(read.head.path == "/mcp");
    CHECK(read.head.query == "a=1&b=?2");
}

TEST_CASE("an absolute target with the same host is read as a path") {
    const parsed_head read(start("GET http://LOCALHOST:8080/mcp?x=1 HTTP/1.1"));
    REQUIRE(read.status() == 200);
    CHECK(read.head.path == "/mcp");
    CHECK(read.head.query == "x=1");
    CHECK(parsed_head(start("GET http://localhost:8080 HTTP/1.1")).head.path == "/");
    CHECK(parsed_head(start("GET http://localhost:8080?x=1 HTTP/1.1")).head.path == "/");
    CHECK(parsed_head(start("GET http://localhost:8080?x=1 HTTP/1.1")).head.query == "x=1");
}

TEST_CASE("well-formed heads are accepted") {
    const auto text = GENERATE(post(""),
                               post("Transfer-Encoding: chunked\r\n"),
                               post("Transfer-Encoding: ChUnKeD\r\n"),
                               post("Content-Length: 0\r\n"),
                               post("Accept: application/json\r\nAccept: text/event-stream\r\n"),
                               post("Expect: 100-continue\r\nContent-Length: 1\r\n"),
                               post("My_Own_Field: 1\r\n"),
                               post("Mcp-Param-A: 1\r\nMcp-Param-B: 1\r\n"),
                               post("Cookie: a\r\nCookie: b\r\n"),
                               post("X-Text: caf\xc3\xa9\r\n"),
                               post(many_fields(100)),
                               start("GET /mcp HTTP/1.1", "Host: [::1]:8080\r\n"),
                               start("GET /mcp HTTP/1.1", "Host: my-host.example_1.com\r\n"),
                               start("BREW /mcp HTTP/1.1"),
                               start("GET /mcp HTTP/1.0"));
    CAPTURE(text);
    CHECK(parsed_head(text).status() == 200);
}

TEST_CASE("an ambiguous or malformed head is refused") {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::vector<bad_head> cases{
        {"unknown coding", post("Transfer-Encoding: xchunked\r\n")},
        {"another coding", post("Transfer-Encoding: gzip\r\n")},
        {"quoted coding", post("Transfer-Encoding: \"chunked\"\r\n")},
        {"coding list", post("Transfer-Encoding: gzip, chunked\r\n")},
        {"chunked, then identity", post("Transfer-Encoding: chunked, identity\r\n")},
        {"chunked twice in a list", post("Transfer-Encoding: chunked, chunked\r\n")},
        {"trailing comma", post("Transfer-Encoding: chunked,\r\n")},
        {"coding parameter", post("Transfer-Encoding: chunked;foo\r\n")},
        {"empty coding", post("Transfer-Encoding:\r\n")},
        {"empty coding with length", post("Transfer-Encoding:\r\nContent-Length: 5\r\n")},
        {"coding with vertical tab",
         post("Transfer-Encoding: \x0b"
              "chunked\r\n")},
        {"coding twice", post(chunked + chunked)},
        {"coding twice, the other first", post("Transfer-Encoding: identity\r\n" + chunked)},
        {"coding, then length", post(chunked + "Content-Length: 5\r\n")},
        {"length, then coding", post("Content-Length: 5\r\n" + chunked)},
        {"coding on HTTP/1.0", "POST /mcp HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n")},
        {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n")},
        {"length list", post("Content-Length: 5, 5\r\n")},
        {"plus", post("Content-Length: +5\r\n")},
        {"minus", post("Content-Length: -5\r\n")},
        {"empty length", post("Content-Length:\r\n")},
        {"hexadecimal length", post("Content-Length: 0x5\r\n")},
        {"length with a space", post("Content-Length: 5 5\r\n")},
        {"length beyond 64 bits", post("Content-Length: 18446744073709551617\r\n")},
        {"length of many zeros", post("Content-Length: " + std::string(4000, '0') + "5\r\n")},
        {"no host", start("POST /mcp HTTP/1.1", "")},
        {"no host on HTTP/1.0", start("POST /mcp HTTP/1.0", "")},
        {"host twice", post("Host: localhost:8080\r\n")},
        {"empty host", start("GET /mcp HTTP/1.1", "Host:\r\n")},
        {"host with user", start("GET /mcp HTTP/1.1", "Host: localhost@evil.example\r\n")},
        {"host with path", start("GET /mcp HTTP/1.1", "Host: localhost/x\r\n")},
        {"host with empty port", start("GET /mcp HTTP/1.1", "Host: localhost:\r\n")},
        {"host with port 0", start("GET /mcp HTTP/1.1", "Host: localhost:0\r\n")},
        {"host with large port", start("GET /mcp HTTP/1.1", "Host: localhost:65536\r\n")},
        {"host with odd port", start("GET /mcp HTTP/1.1", "Host: localhost:80x\r\n")},
        {"host list", start("GET /mcp HTTP/1.1", "Host: a, b\r\n")},
        {"bare IPv6", start("GET /mcp HTTP/1.1", "Host: ::1\r\n")},
        {"broken IPv6", start("GET /mcp HTTP/1.1", "Host: [::1\r\n")},
        {"text behind IPv6", start("GET /mcp HTTP/1.1", "Host: [::1]x\r\n")},
        {"host in UTF-8", start("GET /mcp HTTP/1.1", "Host: caf\xc3\xa9\r\n")},
        {"absolute form elsewhere", start("GET http://evil.example/mcp HTTP/1.1")},
        {"absolute form, other port", start("GET http://localhost:81/mcp HTTP/1.1")},
        {"absolute form, other scheme", start("GET ftp://localhost:8080/mcp HTTP/1.1")},
        {"authority form", start("CONNECT localhost:8080 HTTP/1.1")},
        {"asterisk form", start("OPTIONS * HTTP/1.1")},
        {"relative target", start("GET mcp HTTP/1.1")},
        {"Authorization twice", post("Authorization: a\r\nauthorization: a\r\n")},
        {"Origin twice", post("Origin: a\r\nOrigin: a\r\n")},
        {"Content-Type twice", post("Content-Type: a\r\nContent-Type: a\r\n")},
        {"version twice", post("MCP-Protocol-Version: a\r\nMcp-Protocol-Version: a\r\n")},
        {"Mcp-Method twice", post("Mcp-Method: a\r\nMcp-Method: b\r\n")},
        {"Mcp-Name twice", post("Mcp-Name: a\r\nMcp-Name: b\r\n")},
        {"Mcp-Session-Id twice", post("Mcp-Session-Id: a\r\nMcp-Session-Id: b\r\n")},
        {"Last-Event-ID twice", post("Last-Event-ID: a\r\nLast-Event-ID: b\r\n")},
        {"one Mcp-Param twice", post("Mcp-Param-A: a\r\nmcp-param-a: b\r\n")},
        {"folded field", post("X-A: 1\r\n 2\r\n")},
        {"folded coding", post("Transfer-Encoding:\r\n chunked\r\n")},
        {"folded with tab", post("X-A: 1\r\n\t2\r\n")},
        {"folded before the first field", "GET /mcp HTTP/1.1\r\n Host: localhost\r\n\r\n"},
        {"bare LF", "GET /mcp HTTP/1.1\nHost: localhost\n\n"},
        {"bare LF in a field", post("X-A: 1\nX-B: 2\r\n")},
        {"bare CR in a field", post("X-A: 1\rX-B: 2\r\n")},
        {"NUL in a field", post(std::string("X-A: 1\0002\r\n", 10))},
        {"DEL in a field", post("X-A: \x7f\r\n")},
        {"space before the colon", post("Content-Length : 5\r\n")},
        {"field without colon", post("Nonsense\r\n")},
        {"field without name", post(": 5\r\n")},
        {"imitated Content-Length", post("Content_Length: 5\r\n")},
        {"imitated Transfer-Encoding", post("transfer_Encoding: chunked\r\n")},
        {"imitated Authorization-like", post("Mcp_Session_Id: 5\r\n")},
        {"imitated Mcp-Param", post("Mcp_Param_X: 5\r\n")},
        {"imitated X-Forwarded-For", post("X_Forwarded_For: 5\r\n")},
        {"upgrade", post("Connection: Upgrade\r\nUpgrade: websocket\r\n")},
        {"upgrade to HTTP/2", post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n")},
        {"HTTP/2 settings", post("HTTP2-Settings: AA\r\n")},
        {"malformed Connection", post("Connection: ;;\r\n")},
        {"other expectation", post("Expect: 200-ok\r\n"), 417},
        {"compressed body", post("Content-Encoding: gzip\r\n"), 415},
        {"control character in the target",
         start("GET /m\x01"
               "cp HTTP/1.1")},
        {"DEL in the target",
         start("GET /m\x7f"
               "cp HTTP/1.1")},
        {"UTF-8 in the target", start("GET /caf\xc3\xa9 HTTP/1.1")},
        {"fragment in the target", start("GET /mcp#x HTTP/1.1")},
        {"space in the target", start("GET /m cp HTTP/1.1"), 505},
        {"no target", start("GET HTTP/1.1")},
        {"no version", start("GET /mcp")},
        {"leading empty line", "\r\n" + post("")},
        {"leading space", " " + post("")},
        {"TLS", "\x16\x03\x01\x02\x01"},
        {"odd method", start("GE(T /mcp HTTP/1.1")},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/1.2", start("GET /mcp HTTP/1.2"), 505},
        {"HTTP/0.9", start("GET /mcp HTTP/0.9"), 505},
        {"lower-case version", start("GET /mcp http/1.1"), 505},
        {"101 fields", post(many_fields(101)), 431},
        {"large Authorization", post("Authorization: Bearer " + std::string(100'000, 'a') + "\r\n"), 431},
        {"large incomplete head", post("Authorization: Bearer " + std::string(20'000, 'a')), 431},
        {"long target", start("GET /" + std::string(9'000, 'a') + " HTTP/1.1"), 414},
        {"long incomplete target", "GET /" + std::string(20'000, 'a'), 414},
    };
    for (const auto& each : cases) {
        CAPTURE(each.what);
        const parsed_head read(each.text);
        CHECK(read.status() == each.status);
        if (read.rejected) {
            CHECK(read.rejected->sentence.ends_with('.'));
        }
    }
}

TEST_CASE("an HTTP/1.0 connection ends unless the client asks for keep-alive") {
    CHECK_FALSE(parsed_head(start("GET /mcp HTTP/1.0")).head.keep_alive);
    CHECK(parsed_head(start("GET /mcp HTTP/1.0", "Host: a\r\nConnection: keep-alive\r\n")).head.keep_alive);
    CHECK_FALSE(parsed_head(post("Connection: close\r\n")).head.keep_alive);
}

TEST_CASE("the end of a head is found when it arrives byte by byte") {
    const auto text = post("Content-Length: 2\r\n", "ab");
    http::head_scanner scanner(1024);
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        const auto found = scanner.scan(std::string_view(text).substr(0, i));
        REQUIRE(found.has_value());
        REQUIRE(found->empty());
    }
    CHECK(scanner.scan(text)->size() == text.size() - 2);
}

TEST_CASE("a malformed head is refused before it is complete") {
    http::head_scanner scanner(1024);
    CHECK(scanner.scan("GET /mcp HTTP/1.1\n").has_error());
    http::head_scanner folded(1024);
    CHECK(folded.scan("GET /mcp HTTP/1.1\r\n\t").has_error());
}
