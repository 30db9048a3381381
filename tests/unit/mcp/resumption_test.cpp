// Resumption of the streams of a legacy session.
// (2025-11-25, basic/transports, "Resumability and Redelivery".)
#include <string>

#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::pending_request;

namespace {

struct resumption_fixture {
    endpoint_fixture server{{test::held_calls, test::misbehaving}};
    const std::string session = server.open_session();

    // A call that sends progress and waits for release().
    pending_request hold(const std::string& arguments = "{}", const std::string& in = "") {
        return {server, held_calls(arguments), wire::mirrored{}, in.empty() ? session : in, server.ann};
    }
    static std::string held_calls(const std::string& arguments = "{}") {
        return endpoint_fixture::legacy_body(
            "tools/call", endpoint_fixture::calling("hold_here", arguments) + R"(,"_meta":{"progressToken":1})");
    }
    void release(const std::string& how) {
        CHECK(server.legacy_call("release", R"({"how":")" + how + "\"}").error() == 0);
    }
    // A GET for the events after this one.
    pending_request reconnect(const std::string& after) {
        return pending_request::get(server, session, after, server.ann);
    }
    void cancel() {
        server.send_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    }
};

double progress_of(const pending_request::notification& said) { return said.params().at("progress").f64(); }

}  // namespace

TEST_CASE("notifications in a session have event ids, and so has the reply after them") {
    resumption_fixture fixture;
    auto call = fixture.hold();
    const auto first = call.next_notification();
    CHECK(first.method() == "notifications/progress");
    CHECK(first.event == "1-1");
    fixture.release("speak");
    CHECK(call.next_notification().event == "1-2");
    fixture.release("done");
    CHECK(call.wait_for_end().text() == "done");
    CHECK(call.outlet().answer->event == "1-3");
    auto next = fixture.hold();
    CHECK(next.next_notification().event == "2-1");
    fixture.release("done");
    next.wait_for_end();
}

TEST_CASE("a reply without notifications has no event id, nor has anything without a session or over a pipe") {
    resumption_fixture fixture;
    test::collecting_outlet to(fixture.server.io(), wire::mirrored{}, fixture.session);
    fixture.server.send(endpoint_fixture::legacy_body("ping"), to, fixture.server.ann);
    CHECK(to.answer->event.empty());
    for (const auto& headers : {std::optional<wire::mirrored>(), std::optional(wire::mirrored{})}) {
        pending_request call(fixture.server,
                             resumption_fixture::held_calls(),
                             headers,
                             headers ? std::nullopt : std::optional(fixture.session),
                             fixture.server.ann);
        CHECK(call.next_notification().event.empty());
        fixture.release("done");
        CHECK(call.wait_for_end().text() == "done");
        CHECK(call.outlet().answer->event.empty());
    }
}

TEST_CASE("a client that lost its connection gets the rest and the reply on a new one") {
    resumption_fixture fixture;
    auto call = fixture.hold();
    const auto seen = call.next_notification().event;
    CHECK(call.disconnect());
    fixture.release("speak");
    auto back = fixture.reconnect(seen);
    CHECK(progress_of(back.next_notification()) == 2);
    fixture.release("done");
    CHECK(back.wait_for_end().text() == "done");
    CHECK(back.outlet().answer->event == "1-3");
}

TEST_CASE("a reply without a connection is kept for a client that reconnects") {
    resumption_fixture fixture;
    {
        auto call = fixture.hold();
        call.next_notification();
        call.disconnect();
        fixture.release("done");
        call.wait_for_end();
    }
    auto back = fixture.reconnect("1-1");
    CHECK(back.wait_for_end().text() == "done");
    CHECK(back.outlet().answer->event == "1-2");
}

TEST_CASE("a new connection of a stream replaces the old one") {
    resumption_fixture fixture;
    auto call = fixture.hold();
    auto back = fixture.reconnect(call.next_notification().event);
    fixture.release("speak");
    CHECK(progress_of(back.next_notification()) == 2);
    fixture.release("done");
    CHECK(back.wait_for_end().text() == "done");
    CHECK(call.wait_for_end().status == 0);
    CHECK(call.outlet().is_closed);
}

TEST_CASE("an invalid event id opens the standalone stream and replays nothing") {
    resumption_fixture fixture;
    fixture.server.notifier().list_changed(mcp::list_kind::tools);  // event 0-1, without a listener
    for (const char* invalid : {"", "x", "1", "1-", "1-0-0", "-1-0", "+0-0", "0-0 ", "18446744073709551616-0"}) {
        CAPTURE(invalid);
        auto back = fixture.reconnect(invalid);
        fixture.server.io().call([] {});
        fixture.server.notifier().list_changed(mcp::list_kind::prompts);
        CHECK(back.next_notification().method() == "notifications/prompts/list_changed");
    }
}

TEST_CASE("an event id of an unknown stream is a 405") {
    resumption_fixture fixture;
    for (const char* unknown : {"1-0", "99-1", "18446744073709551615-1"}) {
        const auto response = fixture.reconnect(unknown).wait_for_end();
        CHECK(response.status == 405);
        CHECK(response.error() == -32600);
        CHECK(response.sentence() == "The stream has ended, and its events are no longer kept.");
    }
}

TEST_CASE("a stream cannot be resumed in another session or by another principal") {
    resumption_fixture fixture;
    auto call = fixture.hold();
    const auto seen = call.next_notification().event;
    CHECK(pending_request::get(fixture.server, fixture.server.open_session(), seen, fixture.server.ann)
              .wait_for_end()
              .status == 405);
    CHECK(pending_request::get(fixture.server, fixture.session, seen, fixture.server.bob).wait_for_end().status == 404);
    fixture.release("done");
    CHECK(call.wait_for_end().text() == "done");
}

TEST_CASE("a GET without an event id opens the one standalone stream of the session") {
    resumption_fixture fixture;
    auto first = pending_request::get(fixture.server, fixture.session, std::nullopt, fixture.server.ann);
    fixture.server.io().call([] {});
    fixture.server.notifier().list_changed(mcp::list_kind::tools);
    CHECK(first.next_notification().event == "0-1");
    auto second = pending_request::get(fixture.server, fixture.session, "0-0", fixture.server.ann);
    CHECK(second.next_notification().event == "0-1");
    CHECK(first.wait_for_end().status == 0);
    CHECK(first.outlet().is_closed);
    CHECK(second.disconnect());
}

TEST_CASE("a session keeps the last 16 finished streams") {
    resumption_fixture fixture;
    const auto call = endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("mis_notifies"));
    for (int i = 0; i < 17; ++i) CHECK(fixture.server.send_in(fixture.session, call).text() == "notified");
    auto second = fixture.reconnect("2-3");
    CHECK(second.wait_for_end().text() == "notified");
    CHECK(second.outlet().answer->event == "2-4");
    CHECK(fixture.reconnect("1-3").wait_for_end().status == 405);
}

TEST_CASE("a stream whose call is running is kept") {
    resumption_fixture fixture;
    auto parked = fixture.hold();
    const auto seen = parked.next_notification().event;
    parked.disconnect();
    const auto call = endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("mis_notifies"));
    for (int i = 0; i < 20; ++i) fixture.server.send_in(fixture.session, call);
    auto back = fixture.reconnect(seen);
    fixture.release("done");
    CHECK(back.wait_for_end().text() == "done");
}

TEST_CASE("a slow tool can make its client disconnect and reconnect") {
    resumption_fixture fixture;
    auto call = fixture.hold(R"({"hang_up":true})");
    CHECK(call.next_notification().event == "1-1");
    REQUIRE(call.wait_for_close());
    CHECK(call.outlet().is_closed);
    auto back = fixture.reconnect("1-1");
    fixture.release("done");
    CHECK(back.wait_for_end().text() == "done");
    CHECK(call.wait_for_end().status == 0);
}

TEST_CASE("a client that is disconnected gets an event id to resume from, also without a notification before") {
    resumption_fixture fixture;
    const auto silent =
        endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("hold_here", R"({"hang_up":true})"));
    pending_request call(fixture.server, silent, wire::mirrored{}, fixture.session, fixture.server.ann);
    REQUIRE(call.wait_for_close());
    REQUIRE(call.outlet().opening);
    CHECK(call.outlet().opening->event == "1-1");
    CHECK(call.outlet().opening->retry == std::chrono::milliseconds(500));
    auto back = fixture.reconnect("1-1");
    fixture.release("done");
    CHECK(back.wait_for_end().text() == "done");
    CHECK(call.wait_for_end().status == 0);
}

TEST_CASE("a client that cannot resume is not disconnected") {
    resumption_fixture fixture;
    const auto older = fixture.server.open_session("2025-06-18");
    auto call = fixture.hold(R"({"hang_up":true})", older);
    CHECK(call.next_notification().event == "1-1");
    fixture.release("done");
    CHECK(call.wait_for_end().text() == "done");
    pending_request alone(fixture.server,
                          resumption_fixture::held_calls(R"({"hang_up":true})"),
                          wire::mirrored{},
                          std::nullopt,
                          fixture.server.ann);
    alone.next_notification();
    fixture.release("done");
    CHECK(alone.wait_for_end().text() == "done");
}

TEST_CASE("a resumed stream ends when its call is cancelled") {
    resumption_fixture fixture;
    for (const char* how : {"{}", R"({"hang_up":true})"}) {
        CAPTURE(how);
        auto call = fixture.hold(how);
        const auto seen = call.next_notification().event;
        call.disconnect();
        auto back = fixture.reconnect(seen);
        fixture.server.io().call([] {});
        fixture.cancel();
        call.wait_for_end();
        CHECK(back.wait_for_end().status == 0);
        CHECK(back.outlet().is_closed);
        CHECK(fixture.reconnect(seen).wait_for_end().status == 405);
        fixture.release("done");
    }
}

TEST_CASE("the standalone stream ends when the client's credential is revoked") {
    resumption_fixture fixture;
    auto stream = pending_request::get(fixture.server, fixture.session, std::nullopt, fixture.server.ann);
    fixture.server.io().call([] {});
    fixture.server.open_streams().close_revoked("another-backend", {});
    fixture.server.notifier().list_changed(mcp::list_kind::tools);
    CHECK(stream.next_notification().event == "0-1");
    fixture.server.open_streams().close_revoked("open-access", {});
    CHECK(stream.wait_for_end().status == 0);
    CHECK(stream.outlet().is_closed);
}
