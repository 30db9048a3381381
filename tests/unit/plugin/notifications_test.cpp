// Notifications of a call: in order, bounded, and only while the call is open.
#include <string>

#include "catch.hpp"
#include "instance_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

// Whether the notifications are numbered from 0, in order.
bool are_in_order(const test::call_result& result) {
    std::size_t number = 0;
    for (const auto& [method, params] : result.notifications)
        if (method != "notifications/progress" || params != R"({"progress":)" + std::to_string(number++) + "}")
            return false;
    return true;
}

}  // namespace

TEST_CASE("notifications arrive in order, and all before the answer") {
    for (const bool quick : {false, true}) {
        auto fixture = test::scripted();
        const auto result = fixture.call_tool("notices", "{}", quick);
        CHECK(result.answer.value().kind == plugin::answer::kind::done);
        CHECK(result.notifications.size() == 100);
        CHECK(are_in_order(result));
    }
}

TEST_CASE("notifications to a busy owner are dropped beyond a bound; the order and the answer stay") {
    auto fixture = test::scripted();
    test::call_result result;
    plugin::call call;
    fixture.io().call([&] {
        const plugin::request request{"tools/call", "flood", "{}", "{}", {}, {}, {}, fixture.principal(), {}};
        call = fixture.instance().start(
            request, false, fixture.io().get_executor(), [&](std::string method, std::string params) {
                result.notifications.emplace_back(std::move(method), std::move(params));
            });
        // Blocks the owner until all were sent.
        CHECK(fixture.log().will_say("mine: all sent\n"));
    });
    result.answer = fixture.answer_to(call);
    CHECK(result.answer.value().kind == plugin::answer::kind::done);
    CHECK(result.notifications.size() == 1000);
    CHECK(are_in_order(result));
}

TEST_CASE("invalid notifications are dropped, and valid ones pass") {
    auto fixture = test::scripted();
    const auto result = fixture.call_tool("nonsense");
    REQUIRE(result.notifications.size() == 1);
    CHECK(result.notifications[0].first == "notifications/good");
    const auto log = fixture.log().text();
    int dropped = 0;
    for (auto at = log.find("was dropped: params"); at != std::string::npos;
         at = log.find("was dropped: params", at + 1))
        ++dropped;
    CHECK(dropped == 7);
    CHECK(fixture.log().says(
        "mine: its notification notifications/progress was dropped: params is not a valid JSON object\n"));
}

TEST_CASE("a notification is sent on one line") {
    auto fixture = test::scripted();
    const auto result = fixture.call_tool("lines");
    REQUIRE(result.notifications.size() == 1);
    CHECK(result.notifications[0].second == "{\"a\":  [1, 2] ,\"b\":\"\\n\" }");
}

TEST_CASE("a notification after the answer is dropped, and the call counts as cancelled") {
    for (const bool quick : {false, true}) {
        auto fixture = test::scripted();
        const auto result = fixture.call_tool("late_notice", "{}", quick);
        CHECK(result.answer.value().kind == plugin::answer::kind::done);
        CHECK(fixture.log().will_say("mine: over\n"));
        CHECK(result.notifications.empty());
        CHECK(fixture.log().says("mine: a notification for call "));
    }
}

TEST_CASE("notifications of a cancelled call are dropped") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    fixture.io().call([] {});
    CHECK(result.notifications.size() == 1);
    fixture.cancel(call);
    CHECK(fixture.instance().close(30s));
    fixture.io().call([] {});
    CHECK(result.notifications.size() == 1);
}
