// The subscriptions, calls and standalone stream of a legacy session, which end with it.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::endpoint_fixture;
using test::pending_request;

namespace {

struct reader {
    reader() {
        server.notifier().on_watch(
            [this](std::string_view uri, bool on) { watched.push_back(std::string(uri) + (on ? "+" : "-")); });
    }
    ~reader() { server.notifier().on_watch(nullptr); }

    test::response subscribe(const std::string& session, const std::string& uri) {
        return server.send_in(session, endpoint_fixture::legacy_body("resources/subscribe", R"("uri":")" + uri + "\""));
    }
    test::response unsubscribe(const std::string& session, const std::string& uri) {
        return server.send_in(session,
                              endpoint_fixture::legacy_body("resources/unsubscribe", R"("uri":")" + uri + "\""));
    }
    std::ptrdiff_t count_watched() const {
        const auto begun = std::ranges::count_if(watched, [](const auto& one) { return one.ends_with('+'); });
        return begun - (std::ssize(watched) - begun);
    }
    pending_request listen() { return pending_request::get(server, session, std::nullopt, server.ann); }

    endpoint_fixture server{{test::books, test::held_calls}};
    const std::string session = server.open_session();
    std::vector<std::string> watched;
};

using words = std::vector<std::string>;
constexpr auto nothing_more = R"({"jsonrpc":"2.0","id":7,"result":{}})";

}  // namespace

TEST_CASE("a session gets updates of its subscribed resources on its standalone stream") {
    reader one;
    CHECK(one.subscribe(one.session, "book://one").json == nothing_more);
    auto stream = one.listen();
    one.server.io().call([] {});
    one.server.notifier().resource_updated("book://two");
    one.server.notifier().resource_updated("book://one");
    const auto said = stream.next_notification();
    CHECK(said.method() == "notifications/resources/updated");
    CHECK(said.params().text() == R"({"uri":"book://one"})");
    CHECK(one.unsubscribe(one.session, "book://one").json == nothing_more);
    one.server.notifier().resource_updated("book://one");
    one.server.notifier().end_all();
    CHECK(stream.wait_for_end().notices.empty());
}

TEST_CASE("subscribing twice counts once, and so does unsubscribing") {
    reader one;
    for (int i = 0; i < 2; ++i) CHECK(one.subscribe(one.session, "book://one").json == nothing_more);
    CHECK(one.watched == words{"book://one+"});
    const auto other = one.server.open_session();
    CHECK(one.unsubscribe(other, "book://one").json == nothing_more);  // not its own
    CHECK(one.subscribe(other, "book://one").json == nothing_more);
    for (int i = 0; i < 2; ++i) CHECK(one.unsubscribe(one.session, "book://one").json == nothing_more);
    CHECK(one.watched == words{"book://one+"});
    CHECK(one.unsubscribe(other, "book://one").json == nothing_more);
    CHECK(one.watched == words{"book://one+", "book://one-"});
}

TEST_CASE("a URI without a resource, or a value that is not a URI, cannot be subscribed to") {
    reader one;
    for (const std::string& uri : {std::string("film://one"), std::string(), "book://" + std::string(3000, 'x')}) {
        const auto response = one.subscribe(one.session, uri);
        CAPTURE(uri.substr(0, 20));
        CHECK(response.error() == -32002);
        if (response.error() == -32002) CHECK(response.sentence().starts_with("Resource not found: "));
    }
    for (const char* method : {"resources/subscribe", "resources/unsubscribe"}) {
        const auto response = one.server.send_in(one.session, endpoint_fixture::legacy_body(method, R"("uri":1)"));
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.uri must be a string.");
    }
}

TEST_CASE("a subscription needs a session") {
    reader one;
    const auto response = one.server.legacy("resources/subscribe", R"("uri":"book://one")");
    CHECK(response.error() == -32600);
    CHECK(response.sentence() == "A subscription belongs to a session. Send initialize to start one.");
    CHECK(one.watched.empty());
}

TEST_CASE("a session has at most 1000 subscriptions") {
    reader one;
    for (int i = 0; i < 1000; ++i) one.subscribe(one.session, "book://" + std::to_string(i));
    CHECK(one.count_watched() == 1000);
    const auto response = one.subscribe(one.session, "book://1000");
    CHECK(response.error() == -32600);
    CHECK(response.sentence() ==
          "Too many subscriptions in this session (the limit is 1000), or too much memory is held for this caller. "
          "Unsubscribe from other resources first.");
    CHECK(one.subscribe(one.session, "book://7").json == nothing_more);  // it has that one
    CHECK(one.count_watched() == 1000);
    one.unsubscribe(one.session, "book://7");
    CHECK(one.subscribe(one.session, "book://1000").json == nothing_more);
    CHECK(one.count_watched() == 1000);
}

TEST_CASE("an ended session watches no resources") {
    reader one;
    one.subscribe(one.session, "book://one");
    one.subscribe(one.session, "book://two");
    CHECK(one.server.endpoint().end_session(one.session, one.server.ann));
    CHECK(one.watched == words{"book://one+", "book://two+", "book://one-", "book://two-"});
}

TEST_CASE("a session removed as idle watches no resources") {
    reader one;
    one.subscribe(one.session, "book://one");
    one.server.clock().pass(31min);
    one.server.open_session();
    CHECK(one.server.sessions().size() == 1);
    CHECK(one.watched == words{"book://one+", "book://one-"});
}

TEST_CASE("a session removed to make room watches no resources") {
    reader one;
    one.subscribe(one.session, "book://one");
    for (int i = 0; i < 100; ++i) one.server.open_session();
    CHECK(one.watched == words{"book://one+", "book://one-"});
}

TEST_CASE("the standalone stream of a session ends with the session") {
    reader one;
    auto stream = one.listen();
    one.server.io().call([] {});
    CHECK(one.server.endpoint().end_session(one.session, one.server.ann));
    CHECK(stream.wait_for_end().status == 0);
    CHECK(stream.outlet().is_closed);
}

TEST_CASE("a session with an open stream is not removed to make room") {
    reader one;
    auto stream = one.listen();
    one.server.io().call([] {});
    for (int i = 0; i < 100; ++i) one.server.open_session();
    CHECK(one.server.endpoint().end_session(one.session, one.server.ann));
    CHECK(stream.wait_for_end().status == 0);
}

TEST_CASE("a running call ends with its session, with or without a notification before") {
    for (const char* meta : {"", R"(,"_meta":{"progressToken":1})"}) {
        CAPTURE(meta);
        reader one;
        pending_request call(one.server,
                             endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("hold_here") + meta),
                             wire::mirrored{},
                             one.session,
                             one.server.ann);
        REQUIRE(one.server.log().will_say("held"));
        if (*meta) call.next_notification();
        one.server.io().call([] {});
        CHECK(one.server.endpoint().end_session(one.session, one.server.ann));
        CHECK(call.wait_for_end().json.empty());
        CHECK(one.server.log().will_say(": cancelled"));
        one.server.legacy_call("release", R"({"how":"done"})");
    }
}

TEST_CASE("a call is cancelled by its id, only by its principal and in its session") {
    reader one;
    const auto body = endpoint_fixture::legacy_body(
        "tools/call", endpoint_fixture::calling("hold_here") + R"(,"_meta":{"progressToken":1})");
    pending_request call(one.server, body, wire::mirrored{}, one.session, one.server.ann);
    call.next_notification();
    const auto taking_back = [](const std::string& id) {
        return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + "}}";
    };
    for (const char* id : {"8", "\"7\"", "7.0", "null", "{}"})
        CHECK(one.server.send_in(one.session, taking_back(id)).status == 202);
    CHECK(one.server.send_in(one.server.open_session(), taking_back("7")).status == 202);
    CHECK(one.server.send_in(one.session, taking_back("7"), one.server.bob).status == 404);
    CHECK_FALSE(one.server.log().says(": cancelled"));
    CHECK(one.server.send_in(one.session, taking_back("7")).status == 202);
    CHECK(call.wait_for_end().status == 0);
    CHECK(call.outlet().is_closed);
    CHECK(one.server.log().says(": cancelled"));
    CHECK(one.server.send_in(one.session, taking_back("7")).status == 202);
    one.server.legacy_call("release", R"({"how":"done"})");
}
