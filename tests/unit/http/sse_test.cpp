#include "catch.hpp"
#include "http/syntax/response.hpp"
#include "http/syntax/sse.hpp"

using namespace toolrack;
using http::sse::framing;

namespace {

std::string message(std::string_view json, framing how) {
    std::string text;
    http::sse::append_message(text, json, {}, how);
    return text;
}

}  // namespace

TEST_CASE("a message is one event") {
    CHECK(message("{}", framing::plain) == "event: message\ndata: {}\n\n");
    CHECK(message("{}", framing::chunked) == "19\r\nevent: message\ndata: {}\n\n\r\n");
}

TEST_CASE("line breaks in a message cannot start a second event") {
    CHECK(message("{\n\r\"a\":1\r\n\nevent: x}", framing::plain) == "event: message\ndata: {\"a\":1event: x}\n\n");
    CHECK(message("{\n}", framing::chunked) == message("{}", framing::chunked));
}

TEST_CASE("line breaks in an event id cannot start another field") {
    std::string text;
    http::sse::append_message(text, "{}", "7-1\ndata: x\r", framing::plain);
    CHECK(text == "event: message\nid: 7-1data: x\ndata: {}\n\n");
}

TEST_CASE("a resumable stream starts with an id and a retry time") {
    std::string text;
    http::sse::append_priming_event(text, "7-0", std::chrono::milliseconds(1500), framing::plain);
    CHECK(text == "id: 7-0\nretry: 1500\ndata:\n\n");
    text.clear();
    http::sse::append_priming_event(text, "7-0", {}, framing::chunked);
    CHECK(text == "f\r\nid: 7-0\ndata:\n\n\r\n");
}

TEST_CASE("a keep-alive is a comment, and a stream ends with the last chunk") {
    std::string text;
    http::sse::append_keep_alive(text, framing::chunked);
    http::sse::append_end(text, framing::chunked);
    CHECK(text == "3\r\n:\n\n\r\n0\r\n\r\n");
    text.clear();
    http::sse::append_keep_alive(text, framing::plain);
    http::sse::append_end(text, framing::plain);
    CHECK(text == ":\n\n");
}

TEST_CASE("responses have the required fields and none about the server") {
    std::string text;
    http::append_json_head(text, {200, "12 and more.", "session-1", {}}, {});
    CHECK(text == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                  "X-Content-Type-Options: nosniff\r\nContent-Length: 12\r\nMcp-Session-Id: "
                  "session-1\r\n\r\n");
    text.clear();
    wire::reply too_many{429, "{}", {}, {}};
    too_many.retry_after = 12;
    http::append_json_head(text, too_many, {});
    CHECK(text == "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                  "X-Content-Type-Options: nosniff\r\nContent-Length: 2\r\nRetry-After: 12\r\n\r\n");
    text.clear();
    http::append_empty(text, 202, {.closes = true});
    CHECK(text == "HTTP/1.1 202 Accepted\r\nCache-Control: no-store\r\nContent-Length: "
                  "0\r\nConnection: close\r\n\r\n");
    text.clear();
    http::append_empty(text, 204, {.is_http_1_0 = true});
    CHECK(text == "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nConnection: keep-alive\r\n\r\n");
    text.clear();
    http::append_stream_head(text, {});
    CHECK(text == "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                  "X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n");
}

TEST_CASE("a rejection is a JSON-RPC error without id") {
    std::string text;
    http::append_rejection(text, {401, "No \"token\".", {{"WWW-Authenticate", "Bearer"}}}, {});
    CHECK(text.starts_with("HTTP/1.1 401 Unauthorized\r\n"));
    CHECK(text.find("\r\nWWW-Authenticate: Bearer\r\n") != std::string::npos);
    CHECK(text.ends_with("\r\n\r\n{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"No "
                         "\\\"token\\\".\"}}"));
    text.clear();
    http::append_rejection(text, http::reject(405, "No."), {.omits_body = true});
    CHECK(text.ends_with("\r\n\r\n"));
}
