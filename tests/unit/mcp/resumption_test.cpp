// Streams of a legacy session: a client that lost its connection takes them up where they broke off.
// (2025-11-25, basic/transports, "Resumability and Redelivery".)
#include <string>

#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using test::conversation;
using test::office;

namespace {

struct caller {
    office here{{test::parking, test::misbehaving}};
    const std::string session = here.begin_session();

    // A call that tells of its progress, and waits to be released.
    conversation park(const std::string& arguments = "{}", const std::string& in = "") {
        return {here, parking(arguments), wire::mirrored{}, in.empty() ? session : in, here.ann};
    }
    static std::string parking(const std::string& arguments = "{}") {
        return office::legacy_body("tools/call",
                                   office::calling("park_here", arguments) + R"(,"_meta":{"progressToken":1})");
    }
    void release(const std::string& how) {
        CHECK(here.legacy_call("release", R"({"how":")" + how + "\"}").error() == 0);
    }
    // What a client gets that asks for the rest after this event.
    conversation come_back(const std::string& after) { return conversation::listening(here, session, after, here.ann); }
    void take_back() {
        here.say_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    }
};

double progress(const conversation::said& said) { return said.params().at("progress").f64(); }

}  // namespace

TEST_CASE("what is said in a session has an id, and so has the answer after it") {
    caller one;
    auto call = one.park();
    const auto first = call.hears();
    CHECK(first.method() == "notifications/progress");
    CHECK(first.event == "1-1");
    one.release("speak");
    CHECK(call.hears().event == "1-2");
    one.release("done");
    CHECK(call.ends().text() == "done");
    CHECK(call.outlet().answer->event == "1-3");
    auto next = one.park();
    CHECK(next.hears().event == "2-1");
    one.release("done");
    next.ends();
}

TEST_CASE("an answer that nothing came before has no id, and neither has anything without a session or over a pipe") {
    caller one;
    test::collecting_outlet to(one.here.room(), wire::mirrored{}, one.session);
    one.here.say(office::legacy_body("ping"), to, one.here.ann);
    CHECK(to.answer->event.empty());
    for (const auto& headers : {std::optional<wire::mirrored>(), std::optional(wire::mirrored{})}) {
        conversation call(one.here, caller::parking(), headers, headers ? std::nullopt : std::optional(one.session),
                          one.here.ann);
        CHECK(call.hears().event.empty());
        one.release("done");
        CHECK(call.ends().text() == "done");
        CHECK(call.outlet().answer->event.empty());
    }
}

TEST_CASE("a client that lost its connection gets the rest on another one, and the answer with it") {
    caller one;
    auto call = one.park();
    const auto seen = call.hears().event;
    CHECK(call.leave());
    one.release("speak");
    auto back = one.come_back(seen);
    CHECK(progress(back.hears()) == 2);
    one.release("done");
    CHECK(back.ends().text() == "done");
    CHECK(back.outlet().answer->event == "1-3");
}

TEST_CASE("an answer that came while nobody was there is still there for who comes back") {
    caller one;
    {
        auto call = one.park();
        call.hears();
        call.leave();
        one.release("done");
        call.ends();
    }
    auto back = one.come_back("1-1");
    const auto rest = back.hears();
    CHECK(rest.message().at("result").at("content").at(0).at("text").str() == "done");
    CHECK(rest.event == "1-2");
    CHECK(back.ends().status == 0);  // nothing more will come
}

TEST_CASE("a connection that still stood gives way to the one that came back") {
    caller one;
    auto call = one.park();
    auto back = one.come_back(call.hears().event);
    one.release("speak");
    CHECK(progress(back.hears()) == 2);
    one.release("done");
    CHECK(back.ends().text() == "done");
    CHECK(call.ends().status == 0);
    CHECK(call.outlet().is_closed);
}

TEST_CASE("what is no event's id leads to the session's own stream, and repeats nothing") {
    caller one;
    one.here.notifier().list_changed(mcp::list_kind::tools);  // 0-1, while nobody listens
    for (const char* odd : {"", "x", "1", "1-", "1-0-0", "-1-0", "+0-0", "0-0 ", "18446744073709551616-0"}) {
        CAPTURE(odd);
        auto back = one.come_back(odd);
        one.here.room().call([] {});
        one.here.notifier().list_changed(mcp::list_kind::prompts);
        CHECK(back.hears().method() == "notifications/prompts/list_changed");
    }
}

TEST_CASE("an event of a stream that is not here any more, or never was, has nothing to come back for") {
    caller one;
    for (const char* unknown : {"1-0", "99-1", "18446744073709551615-1"}) {
        const auto heard = one.come_back(unknown).ends();
        CHECK(heard.status == 405);
        CHECK(heard.error() == -32600);
        CHECK(heard.sentence() == "That stream is over, and nothing of it is kept any more.");
    }
}

TEST_CASE("one session's stream cannot be taken up in another, nor by somebody else") {
    caller one;
    auto call = one.park();
    const auto seen = call.hears().event;
    CHECK(conversation::listening(one.here, one.here.begin_session(), seen, one.here.ann).ends().status == 405);
    CHECK(conversation::listening(one.here, one.session, seen, one.here.bob).ends().status == 404);
    one.release("done");
    CHECK(call.ends().text() == "done");
}

TEST_CASE("a stream without an event before it is the session's own, of which there is one") {
    caller one;
    auto first = conversation::listening(one.here, one.session, std::nullopt, one.here.ann);
    one.here.room().call([] {});
    one.here.notifier().list_changed(mcp::list_kind::tools);
    CHECK(first.hears().event == "0-1");
    auto second = conversation::listening(one.here, one.session, "0-0", one.here.ann);
    CHECK(second.hears().event == "0-1");
    CHECK(first.ends().status == 0);
    CHECK(first.outlet().is_closed);
    CHECK(second.leave());
}

TEST_CASE("a session keeps only so many streams that are over, and the oldest are forgotten") {
    caller one;
    const auto call = office::legacy_body("tools/call", office::calling("mis_notifies"));
    for (int i = 0; i < 17; ++i) CHECK(one.here.say_in(one.session, call).text() == "notified");
    auto second = one.come_back("2-3");
    CHECK(second.hears().event == "2-4");
    CHECK(one.come_back("1-3").ends().status == 405);
}

TEST_CASE("a stream whose call is under way is not forgotten") {
    caller one;
    auto parked = one.park();
    const auto seen = parked.hears().event;
    parked.leave();
    const auto call = office::legacy_body("tools/call", office::calling("mis_notifies"));
    for (int i = 0; i < 20; ++i) one.here.say_in(one.session, call);
    auto back = one.come_back(seen);
    one.release("done");
    CHECK(back.ends().text() == "done");
}

TEST_CASE("a tool that takes long may have its client hang up and come back") {
    caller one;
    auto call = one.park(R"({"hang_up":true})");
    CHECK(call.hears().event == "1-1");
    REQUIRE(call.is_let_go());
    CHECK(call.outlet().is_closed);
    auto back = one.come_back("1-1");
    one.release("done");
    CHECK(back.ends().text() == "done");
    CHECK(call.ends().status == 0);
}

TEST_CASE("a client that is to come back has an event to come back with, also when nothing was said") {
    caller one;
    const auto silent = office::legacy_body("tools/call", office::calling("park_here", R"({"hang_up":true})"));
    conversation call(one.here, silent, wire::mirrored{}, one.session, one.here.ann);
    REQUIRE(call.is_let_go());
    REQUIRE(call.outlet().opening);
    CHECK(call.outlet().opening->event == "1-1");
    CHECK(call.outlet().opening->retry == std::chrono::milliseconds(500));
    auto back = one.come_back("1-1");
    one.release("done");
    CHECK(back.ends().text() == "done");
    CHECK(call.ends().status == 0);
}

TEST_CASE("a client that would not come back is not sent away") {
    caller one;
    const auto older = one.here.begin_session("2025-06-18");
    auto call = one.park(R"({"hang_up":true})", older);
    CHECK(call.hears().event == "1-1");
    one.release("done");
    CHECK(call.ends().text() == "done");
    conversation alone(one.here, caller::parking(R"({"hang_up":true})"), wire::mirrored{}, std::nullopt, one.here.ann);
    alone.hears();
    one.release("done");
    CHECK(alone.ends().text() == "done");
}

TEST_CASE("a stream that was taken up ends when its call is taken back") {
    caller one;
    for (const char* how : {"{}", R"({"hang_up":true})"}) {
        CAPTURE(how);
        auto call = one.park(how);
        const auto seen = call.hears().event;
        call.leave();
        auto back = one.come_back(seen);
        one.here.room().call([] {});
        one.take_back();
        call.ends();
        CHECK(back.ends().status == 0);
        CHECK(back.outlet().is_closed);
        CHECK(one.come_back(seen).ends().status == 405);
        one.release("done");
    }
}

TEST_CASE("the own stream of a session ends when what its client was let in by is taken back") {
    caller one;
    auto stream = conversation::listening(one.here, one.session, std::nullopt, one.here.ann);
    one.here.room().call([] {});
    one.here.open_streams().close_revoked("another-backend", {});
    one.here.notifier().list_changed(mcp::list_kind::tools);
    CHECK(stream.hears().event == "0-1");
    one.here.open_streams().close_revoked("open-access", {});
    CHECK(stream.ends().status == 0);
    CHECK(stream.outlet().is_closed);
}
