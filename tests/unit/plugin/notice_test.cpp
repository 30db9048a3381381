// What a plugin says while it works: heard in order, bounded, and only while somebody waits.
#include <string>

#include "catch.hpp"
#include "desk.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

test::desk patient() { return test::desk(test::build_folder / "test-plugins/patient.so"); }

// Whether the notices are those numbered from 0 on, in order.
bool are_in_order(const test::heard& heard) {
    std::size_t number = 0;
    for (const auto& [method, params] : heard.notices)
        if (method != "notifications/progress" || params != R"({"progress":)" + std::to_string(number++) + "}")
            return false;
    return true;
}

}  // namespace

TEST_CASE("notices arrive in order, and all before the answer") {
    for (const bool quick : {false, true}) {
        auto desk = patient();
        const auto heard = desk.ask("notices", "{}", quick);
        CHECK(heard.answer.value().kind == plugin::answer::kind::done);
        CHECK(heard.notices.size() == 100);
        CHECK(are_in_order(heard));
    }
}

TEST_CASE("a plugin that talks faster than anybody listens loses words, and neither order nor the answer") {
    auto desk = patient();
    test::heard heard;
    plugin::call call;
    desk.room().call([&] {
        const plugin::request request{"tools/call", "flood", "{}", "{}", {}, {}, {}, desk.who(), {}};
        call = desk.to().start(request, false, desk.room().get_executor(), [&](std::string method, std::string params) {
            heard.notices.emplace_back(std::move(method), std::move(params));
        });
        // Nobody listens here until everything was said.
        CHECK(desk.log().will_say("mine: told everything\n"));
    });
    heard.answer = desk.answer_to(call);
    CHECK(heard.answer.value().kind == plugin::answer::kind::done);
    CHECK(heard.notices.size() == 1000);
    CHECK(are_in_order(heard));
}

TEST_CASE("notices that are not acceptable are dropped, and the good ones pass") {
    auto desk = patient();
    const auto heard = desk.ask("nonsense");
    REQUIRE(heard.notices.size() == 1);
    CHECK(heard.notices[0].first == "notifications/good");
    const auto said = desk.log().text();
    int dropped = 0;
    for (auto at = said.find("was dropped: params"); at != std::string::npos;
         at = said.find("was dropped: params", at + 1))
        ++dropped;
    CHECK(dropped == 7);
    CHECK(desk.log().says(
        "mine: its notification notifications/progress was dropped: params are not an acceptable JSON object\n"));
}

TEST_CASE("a notice is one line of text, however its plugin writes it") {
    auto desk = patient();
    const auto heard = desk.ask("lines");
    REQUIRE(heard.notices.size() == 1);
    CHECK(heard.notices[0].second == "{\"a\":  [1, 2] ,\"b\":\"\\n\" }");
}

TEST_CASE("a notice after the answer is a stray, and the call is over for its plugin") {
    for (const bool quick : {false, true}) {
        auto desk = patient();
        const auto heard = desk.ask("late_notice", "{}", quick);
        CHECK(heard.answer.value().kind == plugin::answer::kind::done);
        CHECK(desk.log().will_say("mine: over\n"));
        CHECK(heard.notices.empty());
        CHECK(desk.log().says("mine: a notification for call "));
    }
}

TEST_CASE("nobody hears a notice of a call that was cancelled") {
    auto desk = patient();
    test::heard heard;
    const auto call = desk.start("wait", heard);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    desk.room().call([] {});
    CHECK(heard.notices.size() == 1);
    desk.cancel(call);
    CHECK(desk.to().close(30s));
    desk.room().call([] {});
    CHECK(heard.notices.size() == 1);
}
