// What a legacy session has open: its subscriptions, its calls and its own stream, and how they end with it.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::conversation;
using test::office;

namespace {

struct reader {
    reader() {
        here.notifier().on_watch([this](std::string_view uri, bool on) {
            told.push_back(std::string(uri) + (on ? "+" : "-"));
        });
    }
    ~reader() { here.notifier().on_watch(nullptr); }

    test::heard subscribe(const std::string& session, const std::string& uri) {
        return here.say_in(session, office::legacy_body("resources/subscribe", R"("uri":")" + uri + "\""));
    }
    test::heard unsubscribe(const std::string& session, const std::string& uri) {
        return here.say_in(session, office::legacy_body("resources/unsubscribe", R"("uri":")" + uri + "\""));
    }
    std::ptrdiff_t count_watched() const {
        const auto begun = std::ranges::count_if(told, [](const auto& one) { return one.ends_with('+'); });
        return begun - (std::ssize(told) - begun);
    }
    conversation listen() { return conversation::listening(here, session, std::nullopt, here.ann); }

    office here{{test::reading_room, test::parking}};
    const std::string session = here.begin_session();
    std::vector<std::string> told;
};

using words = std::vector<std::string>;
constexpr auto nothing_more = R"({"jsonrpc":"2.0","id":7,"result":{}})";

}  // namespace

TEST_CASE("a session hears of updates to what it subscribed to, on its own stream") {
    reader one;
    CHECK(one.subscribe(one.session, "book://one").json == nothing_more);
    auto stream = one.listen();
    one.here.room().call([] {});
    one.here.notifier().resource_updated("book://two");
    one.here.notifier().resource_updated("book://one");
    const auto said = stream.hears();
    CHECK(said.method() == "notifications/resources/updated");
    CHECK(said.params().text() == R"({"uri":"book://one"})");
    CHECK(one.unsubscribe(one.session, "book://one").json == nothing_more);
    one.here.notifier().resource_updated("book://one");
    one.here.notifier().end_all();
    CHECK(stream.ends().notices.empty());
}

TEST_CASE("to subscribe twice is to subscribe once, and so is to unsubscribe") {
    reader one;
    for (int i = 0; i < 2; ++i) CHECK(one.subscribe(one.session, "book://one").json == nothing_more);
    CHECK(one.told == words{"book://one+"});
    const auto other = one.here.begin_session();
    CHECK(one.unsubscribe(other, "book://one").json == nothing_more);  // not its own
    CHECK(one.subscribe(other, "book://one").json == nothing_more);
    for (int i = 0; i < 2; ++i) CHECK(one.unsubscribe(one.session, "book://one").json == nothing_more);
    CHECK(one.told == words{"book://one+"});
    CHECK(one.unsubscribe(other, "book://one").json == nothing_more);
    CHECK(one.told == words{"book://one+", "book://one-"});
}

TEST_CASE("what nobody reads cannot be subscribed to, and neither can what is no uri") {
    reader one;
    for (const std::string& uri : {std::string("film://one"), std::string(), "book://" + std::string(3000, 'x')}) {
        const auto heard = one.subscribe(one.session, uri);
        CAPTURE(uri.substr(0, 20));
        CHECK(heard.error() == -32002);
        if (heard.error() == -32002) CHECK(heard.sentence().starts_with("Resource not found: "));
    }
    for (const char* method : {"resources/subscribe", "resources/unsubscribe"}) {
        const auto heard = one.here.say_in(one.session, office::legacy_body(method, R"("uri":1)"));
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.uri must be a string.");
    }
}

TEST_CASE("a subscription needs a session") {
    reader one;
    const auto heard = one.here.legacy("resources/subscribe", R"("uri":"book://one")");
    CHECK(heard.error() == -32600);
    CHECK(heard.sentence() == "A subscription belongs to a session. Send initialize to begin one.");
    CHECK(one.told.empty());
}

TEST_CASE("a session has only so many subscriptions") {
    reader one;
    for (int i = 0; i < 1000; ++i) one.subscribe(one.session, "book://" + std::to_string(i));
    CHECK(one.count_watched() == 1000);
    const auto heard = one.subscribe(one.session, "book://1000");
    CHECK(heard.error() == -32600);
    CHECK(heard.sentence() == "This session has as many subscriptions as it may have.");
    CHECK(one.subscribe(one.session, "book://7").json == nothing_more);  // it has that one
    CHECK(one.count_watched() == 1000);
    one.unsubscribe(one.session, "book://7");
    CHECK(one.subscribe(one.session, "book://1000").json == nothing_more);
    CHECK(one.count_watched() == 1000);
}

TEST_CASE("a session that is ended watches nothing any more") {
    reader one;
    one.subscribe(one.session, "book://one");
    one.subscribe(one.session, "book://two");
    CHECK(one.here.server().end_session(one.session, one.here.ann));
    CHECK(one.told == words{"book://one+", "book://two+", "book://one-", "book://two-"});
}

TEST_CASE("a session that is forgotten because it is idle watches nothing any more") {
    reader one;
    one.subscribe(one.session, "book://one");
    one.here.clock().pass(31min);
    one.here.begin_session();
    CHECK(one.here.sessions().size() == 1);
    CHECK(one.told == words{"book://one+", "book://one-"});
}

TEST_CASE("a session that has to make room for others watches nothing any more") {
    reader one;
    one.subscribe(one.session, "book://one");
    for (int i = 0; i < 100; ++i) one.here.begin_session();
    CHECK(one.told == words{"book://one+", "book://one-"});
}

TEST_CASE("the own stream of a session ends with it") {
    reader one;
    auto stream = one.listen();
    one.here.room().call([] {});
    CHECK(one.here.server().end_session(one.session, one.here.ann));
    CHECK(stream.ends().status == 0);
    CHECK(stream.outlet().is_closed);
}

TEST_CASE("the own stream of a session that has to make room for others ends, too") {
    reader one;
    auto stream = one.listen();
    one.here.room().call([] {});
    for (int i = 0; i < 100; ++i) one.here.begin_session();
    CHECK(stream.ends().status == 0);
}

TEST_CASE("a call under way ends with its session, whether or not it has spoken") {
    for (const char* meta : {"", R"(,"_meta":{"progressToken":1})"}) {
        CAPTURE(meta);
        reader one;
        conversation call(one.here, office::legacy_body("tools/call", office::calling("park_here") + meta),
                          wire::mirrored{}, one.session, one.here.ann);
        REQUIRE(one.here.log().will_say("parked"));
        if (*meta) call.hears();
        one.here.room().call([] {});
        CHECK(one.here.server().end_session(one.session, one.here.ann));
        CHECK(call.ends().json.empty());
        CHECK(one.here.log().will_say("told to stop"));
        one.here.legacy_call("release", R"({"how":"done"})");
    }
}

TEST_CASE("a call is taken back by its id, by the one who made it, in its session") {
    reader one;
    const auto body =
        office::legacy_body("tools/call", office::calling("park_here") + R"(,"_meta":{"progressToken":1})");
    conversation call(one.here, body, wire::mirrored{}, one.session, one.here.ann);
    call.hears();
    const auto taking_back = [](const std::string& id) {
        return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + "}}";
    };
    for (const char* id : {"8", "\"7\"", "7.0", "null", "{}"})
        CHECK(one.here.say_in(one.session, taking_back(id)).status == 202);
    CHECK(one.here.say_in(one.here.begin_session(), taking_back("7")).status == 202);
    CHECK(one.here.say_in(one.session, taking_back("7"), one.here.bob).status == 404);
    CHECK_FALSE(one.here.log().says("told to stop"));
    CHECK(one.here.say_in(one.session, taking_back("7")).status == 202);
    CHECK(call.ends().status == 0);
    CHECK(call.outlet().is_closed);
    CHECK(one.here.log().says("told to stop"));
    CHECK(one.here.say_in(one.session, taking_back("7")).status == 202);
    one.here.legacy_call("release", R"({"how":"done"})");
}
