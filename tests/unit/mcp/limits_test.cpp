// How much a caller may ask in a time, and have under way at once.
#include <string>
#include <thread>

#include "auth/account.hpp"
#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::conversation;
using test::heard;
using test::office;

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
heard call(office& here, const std::string& tool, const identity::principal& who, const std::string& arguments = "{}") {
    return here.say(office::modern_body("tools/call", office::calling(tool, arguments)), headers_for(tool), who);
}
conversation park(office& here) {
    return {here, office::modern_body("tools/call", office::calling("park_here")), headers_for("park_here"),
            std::nullopt, here.ann};
}
void release(office& here) { CHECK(call(here, "release", here.bob, R"({"how":"done"})").error() == 0); }

// Two calls of ann's that wait.
struct at_the_limit {
    at_the_limit() {
        CHECK(here.log().will_say("parked"));
        CHECK(comes_to(2));
    }

    office here{{test::parking}};
    const bool is_limited = (here.allow(two_at_once()), true);
    std::optional<conversation> first{std::in_place, here,
                                      office::modern_body("tools/call", office::calling("park_here")),
                                      headers_for("park_here"), std::nullopt, here.ann};
    std::optional<conversation> second{std::in_place, here,
                                       office::modern_body("tools/call", office::calling("park_here")),
                                       headers_for("park_here"), std::nullopt, here.ann};

    std::size_t under_way() const { return here.ann.account()->calls.count(); }
    // A call ends on the I/O thread, a moment after its answer was seen.
    bool comes_to(std::size_t count) const {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (under_way() != count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        return under_way() == count;
    }
};

}  // namespace

TEST_CASE("a request too soon is told how long to wait, and is served after that") {
    office here({{test::shipped("echo"), "echo"}});
    here.allow(ten_a_second());
    for (int i = 0; i < 10; ++i) CHECK(here.modern("tools/list").status == 200);
    const auto no = here.modern("tools/list");
    CHECK(no.status == 429);
    CHECK(no.id() == "7");
    CHECK(no.error() == -32603);
    CHECK(no.sentence() ==
          "Too many requests in a short time: this server takes 10 a second from one caller. Try again in 1 s.");
    CHECK(no.data().text() == R"({"reason":"rate","retriable":true,"retryAfterMs":100})");
    CHECK(no.retry_after == 1);
    CHECK(here.log().says("ann was told to wait: "));
    CHECK(here.say(office::modern_body("tools/list"), test::modern_headers("tools/list"), here.bob).status == 200);
    here.clock().pass(100ms);
    CHECK(here.modern("tools/list").status == 200);
    CHECK(here.modern("tools/list").status == 429);
}

TEST_CASE("every era, a new session and a pipe take from the same allowance") {
    office here({{test::shipped("echo"), "echo"}});
    const auto session = here.begin_session();
    here.allow(ten_a_second());
    for (int i = 0; i < 10; ++i) here.modern("tools/list");
    CHECK(here.legacy("tools/list").status == 429);
    CHECK(here.legacy("initialize", R"("protocolVersion":"2025-11-25")").status == 429);
    CHECK(here.say_in(session, office::legacy_body("ping")).status == 429);
    CHECK(here.say(office::legacy_body("tools/list"), std::nullopt).error() == -32603);
}

TEST_CASE("somebody who sets the clock makes nobody wait, and lets nobody in") {
    office here({{test::shipped("echo"), "echo"}});
    here.allow(ten_a_second());
    for (int i = 0; i < 10; ++i) here.modern("tools/list");
    const auto now = here.clock().now();
    for (const auto to : {now + 24h, now - 24h}) {
        here.clock().set(to);
        CHECK(here.modern("tools/list").retry_after == 1);
    }
    here.clock().pass(100ms);
    CHECK(here.modern("tools/list").status == 200);
}

TEST_CASE("notifications and responses are heard in any case") {
    office here({{test::shipped("echo"), "echo"}});
    const auto session = here.begin_session();
    here.allow(ten_a_second());
    for (int i = 0; i < 20; ++i) here.modern("tools/list");
    CHECK(here.say_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})")
              .status == 202);
    CHECK(here.say_in(session, R"({"jsonrpc":"2.0","id":"x","result":{}})").status == 202);
}

TEST_CASE("each message of a batch counts, and one too many is answered in its place") {
    office here({{test::shipped("echo"), "echo"}});
    const auto session = here.begin_session("2025-03-26");
    here.allow(ten_a_second());
    here.clock().pass(1s);  // what the session took counts no more
    std::string body = "[";
    for (int i = 0; i < 12; ++i)
        body += std::string(i ? "," : "") + R"({"jsonrpc":"2.0","id":)" + std::to_string(i) + R"(,"method":"ping"})";
    body += ']';
    test::collecting_outlet to(here.room(), wire::mirrored{}, session);
    const wire::json_limits usual;
    here.room().run([&] { return here.server().answer_batch(body, usual, here.ann, to); });
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

TEST_CASE("a call too many at once is refused, and one of somebody else's is not") {
    at_the_limit one;
    const auto no = call(one.here, "at_once", one.here.ann);
    CHECK(no.status == 429);
    CHECK(no.error() == -32603);
    CHECK(no.sentence() ==
          "Too many calls at once: one caller may have 2 under way. Try again when one of them has ended.");
    CHECK(no.data().text() == R"({"reason":"calls in flight","retriable":true,"retryAfterMs":1000})");
    CHECK(no.retry_after == 1);
    CHECK(call(one.here, "at_once", one.here.bob).text() == "at once");
    CHECK(one.here.modern("tools/list").status == 200);  // nothing that waits
    release(one.here);
    CHECK(one.comes_to(1));
    CHECK(call(one.here, "at_once", one.here.ann).text() == "at once");
    release(one.here);
    CHECK(one.comes_to(0));
}

TEST_CASE("a call that its client leaves makes room") {
    at_the_limit one;
    one.first.reset();
    CHECK(one.comes_to(1));
    CHECK(call(one.here, "at_once", one.here.ann).text() == "at once");
}

TEST_CASE("a call that is cancelled in its session makes room") {
    office here({test::parking});
    const auto session = here.begin_session();
    config::call_limits limits;
    limits.calls_per_principal = 1;
    here.allow(limits);
    conversation call(here, office::legacy_body("tools/call", office::calling("park_here")), wire::mirrored{}, session,
                      here.ann);
    REQUIRE(here.log().will_say("parked"));
    CHECK(here.legacy_call("at_once").status == 429);
    here.say_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    call.ends();
    CHECK(here.legacy_call("at_once").text() == "at once");
}

TEST_CASE("a call that is answered for being late makes room") {
    office here(100, 50ms, {test::parking});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    here.allow(limits);
    for (int i = 0; i < 3; ++i) {
        auto late = park(here);
        CHECK(late.ends().sentence().find("did not answer within") != std::string::npos);
    }
}

TEST_CASE("a task is under way until it has ended, though its request was answered long ago") {
    const std::string meta =
        R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}})";
    const auto request = [&](const std::string& method, const std::string& params) {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method +
               R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)" + meta + "}," +
               params + "}}";
    };
    office here({test::parking});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    here.allow(limits);
    for (const bool is_cancelled : {false, true}) {
        const auto begun = here.say(request("tools/call", office::calling("park")), headers_for("park"));
        REQUIRE(begun.result().at("resultType").str() == "task");
        const auto id = begun.result().at("taskId").str();
        CHECK(here.ann.account()->calls.count() == 1);
        CHECK(call(here, "at_once", here.ann).status == 429);
        auto headers = test::modern_headers("tasks/cancel");
        headers.name = id;
        if (is_cancelled) CHECK(here.say(request("tasks/cancel", R"("taskId":")" + id + '"'), headers).status == 200);
        else release(here);
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (here.ann.account()->calls.count() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        CHECK(call(here, "at_once", here.ann).text() == "at once");
    }
}

TEST_CASE("whoever listens has no call under way") {
    office here({test::parking});
    config::call_limits limits;
    limits.calls_per_principal = 1;
    here.allow(limits);
    conversation listens(here,
                         office::modern_body("subscriptions/listen", R"("notifications":{"toolsListChanged":true})"),
                         test::modern_headers("subscriptions/listen"), std::nullopt, here.ann);
    CHECK(listens.hears().method() == "notifications/subscriptions/acknowledged");
    CHECK(here.ann.account()->calls.count() == 0);
    CHECK(call(here, "at_once", here.ann).text() == "at once");
}

TEST_CASE("a lower limit counts from the next call on, and ends none that is under way") {
    at_the_limit one;
    auto limits = two_at_once();
    limits.calls_per_principal = 1;
    one.here.allow(limits);
    CHECK(call(one.here, "at_once", one.here.ann).status == 429);
    release(one.here);
    CHECK(one.comes_to(1));
    CHECK(call(one.here, "at_once", one.here.ann).status == 429);
    limits.calls_per_principal = 3;
    one.here.allow(limits);
    CHECK(call(one.here, "at_once", one.here.ann).text() == "at once");
    release(one.here);
}
