// The limits of a caller: its request rate and its concurrent calls.
#include <string>
#include <thread>

#include "auth/usage_table.hpp"
#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::endpoint_fixture;
using test::pending_request;
using test::response;

namespace {

config::call_limits two_at_once() {
    config::call_limits limits;
    limits.calls_per_principal = 2;
    return limits;
}
config::call_limits ten_a_second() {
    config::call_limits limits;
    limits.rate_per_principal = 10;
    return limits;
}

wire::mirrored headers_for(std::string_view tool) {
    auto headers = test::modern_headers("tools/call");
    headers.name = tool;
    return headers;
}
response call(endpoint_fixture& server,
              const std::string& tool,
              const identity::principal& who,
              const std::string& arguments = "{}") {
    return server.send(endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling(tool, arguments)),
                       headers_for(tool),
                       who);
}
pending_request hold(endpoint_fixture& server) {
    return {server,
            endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("hold_here")),
            headers_for("hold_here"),
            std::nullopt,
            server.ann};
}
void release(endpoint_fixture& server) { CHECK(call(server, "release", server.bob, R"({"how":"done"})").error() == 0); }

// Two running calls of ann.
struct two_running_calls {
    two_running_calls() {
        CHECK(server.log().will_say("held"));
        CHECK(becomes(2));
    }

    endpoint_fixture server{{test::held_calls}};
    const bool is_limited = (server.set_limits(two_at_once()), true);
    std::optional<pending_request> first{
        std::in_place,
        server,
        endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("hold_here")),
        headers_for("hold_here"),
        std::nullopt,
        server.ann};
    std::optional<pending_request> second{
        std::in_place,
        server,
        endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("hold_here")),
        headers_for("hold_here"),
        std::nullopt,
        server.ann};

    std::size_t running() const { return server.ann.usage()->calls.count(); }
    // A call ends on the I/O thread, after its reply was sent.
    bool becomes(std::size_t count) const {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (running() != count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        return running() == count;
    }
};

}  // namespace

TEST_CASE("a request over the rate limit is refused with the time to wait, and is served after it") {
    endpoint_fixture server({{test::shipped("echo"), "echo"}});
    server.set_limits(ten_a_second());
    for (int i = 0; i < 10; ++i) CHECK(server.modern("tools/list").status == 200);
    const auto no = server.modern("tools/list");
    CHECK(no.status == 429);
    CHECK(no.id() == "7");
    CHECK(no.error() == -32603);
    CHECK(no.sentence() == "Too many requests: this server accepts 10 per second from one caller. Try again in 1 s.");
    CHECK(no.data().text() == R"({"reason":"rate","retriable":true,"retryAfterMs":100})");
    CHECK(no.retry_after == 1);
    CHECK(server.log().says("rejected a request of ann: "));
    CHECK(server.send(endpoint_fixture::modern_body("tools/list"), test::modern_headers("tools/list"), server.bob)
              .status == 200);
    server.clock().pass(100ms);
    CHECK(server.modern("tools/list").status == 200);
    CHECK(server.modern("tools/list").status == 429);
}

TEST_CASE("requests of every era, in a new session and over a pipe count against the same limit") {
    endpoint_fixture server({{test::shipped("echo"), "echo"}});
    const auto session = server.open_session();
    server.set_limits(ten_a_second());
    for (int i = 0; i < 10; ++i) server.modern("tools/list");
    CHECK(server.legacy("tools/list").status == 429);
    CHECK(server.legacy("initialize", R"("protocolVersion":"2025-11-25")").status == 429);
    CHECK(server.send_in(session, endpoint_fixture::legacy_body("ping")).status == 429);
    CHECK(server.send(endpoint_fixture::legacy_body("tools/list"), std::nullopt).error() == -32603);
}

TEST_CASE("setting the wall clock does not change the rate limit") {
    endpoint_fixture server({{test::shipped("echo"), "echo"}});
    server.set_limits(ten_a_second());
    for (int i = 0; i < 10; ++i) server.modern("tools/list");
    const auto now = server.clock().now();
    for (const auto to : {now + 24h, now - 24h}) {
        server.clock().set(to);
        CHECK(server.modern("tools/list").retry_after == 1);
    }
    server.clock().pass(100ms);
    CHECK(server.modern("tools/list").status == 200);
}

TEST_CASE("notifications and responses are accepted over the rate limit") {
    endpoint_fixture server({{test::shipped("echo"), "echo"}});
    const auto session = server.open_session();
    server.set_limits(ten_a_second());
    for (int i = 0; i < 20; ++i) server.modern("tools/list");
    CHECK(server.send_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})")
              .status == 202);
    CHECK(server.send_in(session, R"({"jsonrpc":"2.0","id":"x","result":{}})").status == 202);
}

TEST_CASE("each message of a batch counts, and a message over the limit gets an error in its place") {
    endpoint_fixture server({{test::shipped("echo"), "echo"}});
    const auto session = server.open_session("2025-03-26");
    server.set_limits(ten_a_second());
    server.clock().pass(1s);  // the request that opened the session no longer counts
    std::string body = "[";
    for (int i = 0; i < 12; ++i)
        body += std::string(i ? "," : "") + R"({"jsonrpc":"2.0","id":)" + std::to_string(i) + R"(,"method":"ping"})";
    body += ']';
    test::collecting_outlet to(server.io(), wire::mirrored{}, session);
    const wire::json_limits usual;
    server.io().run([&] { return server.endpoint().answer_batch(body, usual, server.ann, to); });
    REQUIRE(to.answer);
    CHECK(to.answer->status == 200);
    const json::value all(to.answer->json);
    REQUIRE(all.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(all.at(i).at("id").i64() == static_cast<std::int64_t>(i));
        CHECK(all.at(i).find("error").has_value() == (i >= 10));
    }
    CHECK(all.at(11).at("error").at("data").at("retryAfterMs").i64() == 100);
}

TEST_CASE("a call over the concurrency limit is refused, and a call of another principal is not") {
    two_running_calls fixture;
    const auto no = call(fixture.server, "at_once", fixture.server.ann);
    CHECK(no.status == 429);
    CHECK(no.error() == -32603);
    CHECK(
        no.sentence() ==
        "Too many concurrent calls: this server runs at most 2 for one caller. Try again when one of them has ended.");
    CHECK(no.data().text() == R"({"reason":"calls in flight","retriable":true,"retryAfterMs":1000})");
    CHECK(no.retry_after == 1);
    CHECK(call(fixture.server, "at_once", fixture.server.bob).text() == "at once");
    CHECK(fixture.server.modern("tools/list").status == 200);  // only calls count
    release(fixture.server);
    CHECK(fixture.becomes(1));
    CHECK(call(fixture.server, "at_once", fixture.server.ann).text() == "at once");
    release(fixture.server);
    CHECK(fixture.becomes(0));
}

TEST_CASE("a call whose client disconnects frees its place") {
    two_running_calls fixture;
    fixture.first.reset();
    CHECK(fixture.becomes(1));
    CHECK(call(fixture.server, "at_once", fixture.server.ann).text() == "at once");
}

TEST_CASE("a call that is cancelled in its session frees its place") {
    endpoint_fixture server({test::held_calls});
    const auto session = server.open_session();
    config::call_limits limits;
    limits.calls_per_principal = 1;
    server.set_limits(limits);
    pending_request call(server,
                         endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("hold_here")),
                         wire::mirrored{},
                         session,
                         server.ann);
    REQUIRE(server.log().will_say("held"));
    CHECK(server.legacy_call("at_once").status == 429);
    server.send_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    call.wait_for_end();
    CHECK(server.legacy_call("at_once").text() == "at once");
}

TEST_CASE("a call that times out frees its place") {
    endpoint_fixture server(100, 50ms, {test::held_calls});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    server.set_limits(limits);
    for (int i = 0; i < 3; ++i) {
        auto late = hold(server);
        CHECK(late.wait_for_end().sentence().find("did not answer within") != std::string::npos);
    }
}

TEST_CASE("a task counts as a running call until it ends, although its request was answered") {
    const std::string meta =
        R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}})";
    const auto request = [&](const std::string& method, const std::string& params) {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method +
               R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)" + meta + "}," +
               params + "}}";
    };
    endpoint_fixture server({test::held_calls});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    server.set_limits(limits);
    for (const bool is_cancelled : {false, true}) {
        const auto begun = server.send(request("tools/call", endpoint_fixture::calling("hold")), headers_for("hold"));
        REQUIRE(begun.result().at("resultType").str() == "task");
        const auto id = begun.result().at("taskId").str();
        CHECK(server.ann.usage()->calls.count() == 1);
        CHECK(call(server, "at_once", server.ann).status == 429);
        auto headers = test::modern_headers("tasks/cancel");
        headers.name = id;
        if (is_cancelled)
            CHECK(server.send(request("tasks/cancel", R"("taskId":")" + id + '"'), headers).status == 200);
        else release(server);
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (server.ann.usage()->calls.count() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        CHECK(call(server, "at_once", server.ann).text() == "at once");
    }
}

TEST_CASE("a subscription does not count as a running call") {
    endpoint_fixture server({test::held_calls});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    server.set_limits(limits);
    pending_request listens(
        server,
        endpoint_fixture::modern_body("subscriptions/listen", R"("notifications":{"toolsListChanged":true})"),
        test::modern_headers("subscriptions/listen"),
        std::nullopt,
        server.ann);
    CHECK(listens.next_notification().method() == "notifications/subscriptions/acknowledged");
    CHECK(server.ann.usage()->calls.count() == 0);
    CHECK(call(server, "at_once", server.ann).text() == "at once");
}

TEST_CASE("a lower limit applies from the next call on, and ends no running call") {
    two_running_calls fixture;
    auto limits = two_at_once();
    limits.calls_per_principal = 1;
    fixture.server.set_limits(limits);
    CHECK(call(fixture.server, "at_once", fixture.server.ann).status == 429);
    release(fixture.server);
    CHECK(fixture.becomes(1));
    CHECK(call(fixture.server, "at_once", fixture.server.ann).status == 429);
    limits.calls_per_principal = 3;
    fixture.server.set_limits(limits);
    CHECK(call(fixture.server, "at_once", fixture.server.ann).text() == "at once");
    release(fixture.server);
}
