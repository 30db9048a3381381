#include "plugin/instance.hpp"

#include <toolrack/json.hpp>

#include <unistd.h>

#include <set>
#include <string>
#include <thread>

#include "catch.hpp"
#include "desk.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using kind = enum plugin::answer::kind;

namespace {

std::filesystem::path of_this_folder(const std::string& name) {
    return test::build_folder / "test-plugins" / (name + ".so");
}

test::desk misbehaving() { return test::desk(test::hostile("misbehaving"), test::settings_named("mis"), 100'000); }
test::desk patient() { return test::desk(of_this_folder("patient")); }

config::plugin narrow() {
    auto settings = test::settings_named("narrow");
    settings.threads = 1;
    settings.queue = 1;
    return settings;
}

std::string why_not_made(const std::filesystem::path& file, const std::string& options = "{}") {
    test::captured_log log;
    auto settings = test::settings_named("odd");
    settings.options.json = options;
    const auto made = test::try_made(file, settings, log);
    return made ? std::string() : made.error().why();
}

std::string text_of(const test::heard& heard) {
    return json::value(heard.answer.value().json).at("content").at(0).at("text").str();
}

}  // namespace

TEST_CASE("a plugin that refuses to be set up is named with its own reason") {
    CHECK(why_not_made(test::hostile("complains")) ==
          "it cannot be set up: The moon is in the wrong quarter; wait a week.");
    CHECK(why_not_made(test::hostile("create-null-silent")) == "its create() made nothing and did not say why");
    CHECK(why_not_made(test::hostile("throws-in-create")).find("it cannot be set up: ") == 0);
    CHECK(why_not_made(test::hostile("throws-in-create")).find("The database is on holiday.") != std::string::npos);
}

// CONTRACT.md, H2.
TEST_CASE("options are judged before the plugin sees them") {
    CHECK(why_not_made(of_this_folder("patient"), R"({"path":1})").find("its options do not fit: ") == 0);
    CHECK(why_not_made(of_this_folder("patient"), R"({"path":"/x"})").empty());
}

TEST_CASE("a plugin that offers nothing usable is refused with what is missing") {
    CHECK(why_not_made(of_this_folder("offers-nothing")) == "it offers neither features nor authentication");
    for (const char* name : {"short-features", "no-start", "no-list"})
        CHECK(why_not_made(of_this_folder(name)) ==
              "its table toolrack.features/1 is too short or lacks list() or start()");
    for (const char* name : {"short-auth", "no-authenticate"})
        CHECK(why_not_made(of_this_folder(name)) == "its table toolrack.auth/1 is too short or lacks authenticate()");
}

TEST_CASE("an instance lists what its plugin offers") {
    test::desk desk(test::shipped("echo"));
    const auto listed = desk.to().list();
    REQUIRE(listed.has_value());
    REQUIRE(listed->size() == 1);
    CHECK(listed->at(0).kind == "tool");
    CHECK(json::value(listed->at(0).definition).at("name").str() == "echo");
    CHECK(json::value(listed->at(0).attributes).at("quick").boolean());
    CHECK_FALSE(desk.to().offers_auth());
    CHECK(desk.to().auth_traits() == 0);
}

TEST_CASE("a plugin that cannot list says so") {
    test::desk desk(of_this_folder("cannot-list"));
    const auto listed = desk.to().list();
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().why() == "it could not list its features");
}

TEST_CASE("a backend lists nothing", "[host]") {
    test::desk backend(test::shipped_backend("open-access"));
    CHECK(backend.to().offers_auth());
    CHECK(backend.to().list()->empty());
}

TEST_CASE("a call is answered once") {
    test::desk desk(test::shipped("echo"));
    const auto heard = desk.ask("echo", R"({"text":"Is anybody there?"})");
    REQUIRE(heard.answer);
    CHECK(heard.answer->kind == kind::done);
    CHECK(text_of(heard) == "Is anybody there?");
    CHECK(heard.notices.empty());
}

// CONTRACT.md, H6.
TEST_CASE("a quick feature runs on the thread that asks, and any other on a lane", "[host]") {
    auto desk = patient();
    const auto thread_of = [&](bool quick) {
        const auto heard = desk.ask("thread", "{}", quick);
        return json::value(heard.answer.value().json).at("thread").i64();
    };
    const auto io_thread = desk.room().call([] { return static_cast<std::int64_t>(::gettid()); });
    CHECK(thread_of(true) == io_thread);
    CHECK(thread_of(false) != io_thread);
}

TEST_CASE("a quick answer is there when start returns", "[host]") {
    test::desk desk(test::shipped("echo"));
    test::heard all;
    const auto call = desk.start("echo", all, R"({"text":"now"})", true);
    CHECK(call->is_answered());
}

// CONTRACT.md, H4.
TEST_CASE("who asks and what for reaches the plugin whole, quick or not") {
    for (const bool quick : {false, true}) {
        auto desk = misbehaving();
        const auto heard = desk.ask("whoami", R"({"x":[1,2]})", quick);
        REQUIRE(heard.answer);
        REQUIRE(heard.answer->kind == kind::done);
        const auto said = json::value(heard.answer->json).at("structuredContent");
        CHECK(said.at("subject").str() == "ann");
        CHECK(said.at("issuer").str() == "open-access");
        CHECK(said.at("scopes").text() == R"(["a:1","a:2","a:3","a:4","a:5","a:6","a:7","a:8","a:9"])");
        CHECK(said.at("traceparent").str() == "00-trace");
        CHECK(said.at("params").str() == R"({"name":"whoami","arguments":{"x":[1,2]}})");
    }
}

// CONTRACT.md, H7.
TEST_CASE("a second answer is a stray, and the first one counts") {
    auto desk = misbehaving();
    const auto heard = desk.ask("answers_twice");
    CHECK(text_of(heard) == "first");
    CHECK(desk.log().will_say("mis: an answer for call "));
    CHECK(desk.log().says(" was dropped: that call has ended, or was never given to it"));
}

// CONTRACT.md, H7.
TEST_CASE("an answer for a call that was never given is a stray") {
    auto desk = misbehaving();
    CHECK(text_of(desk.ask("foreign_id")) == "mine");
    const auto said = desk.log().text();
    int strays = 0;
    for (auto at = said.find("an answer for call"); at != std::string::npos;
         at = said.find("an answer for call", at + 1))
        ++strays;
    CHECK(strays == 4);
    CHECK(said.find("an answer for call 0 was dropped") != std::string::npos);
}

// CONTRACT.md, H7.
TEST_CASE("one plugin cannot answer what another was asked", "[host]") {
    test::captured_log log;
    test::io_room room;
    const auto who = test::principal_named("ann", room, log);
    const auto a = test::instance_of(of_this_folder("patient"), test::settings_named("a"), log);
    const auto b = test::instance_of(of_this_folder("patient"), test::settings_named("b"), log);
    std::set<std::uint64_t> numbers;
    room.call([&] {
        const plugin::request request{"tools/call", "input", "{}", "{}", {}, {}, {}, who, {}};
        for (int i = 0; i < 20; ++i)
            for (const auto& one : {a, b}) numbers.insert(one->start(request, true, room.get_executor(), {})->id());
    });
    CHECK(numbers.size() == 40);
}

TEST_CASE("an answer that comes when nobody waits any more goes nowhere") {
    auto desk = misbehaving();
    test::heard all;
    const auto call = desk.start("answers_after_cancel", all);
    while (call.use_count() > 2) std::this_thread::yield();  // until the plugin has taken it, and the lane let go
    desk.cancel(call);
    CHECK(desk.to().close(30s));  // that is when it has come
    desk.room().call([] {});
    CHECK_FALSE(call->is_answered());
    CHECK_FALSE(desk.log().says("too late"));
}

// CONTRACT.md, H7.
TEST_CASE("an answer that is not acceptable is refused, and the log says why") {
    struct row {
        const char* tool;
        const char* why;
    };
    SECTION("what the hostile plugin says") {
        auto desk = misbehaving();
        for (const auto& [tool, why] : {row{"answers_bad_json", "it is not valid JSON"},
                                        row{"answers_bad_utf8", "it is not valid JSON"},
                                        row{"finishes_unknown_outcome", "its outcome 99 is unknown"}}) {
            CAPTURE(tool);
            const auto heard = desk.ask(tool);
            REQUIRE(heard.answer);
            CHECK(heard.answer->kind == kind::invalid);
            CHECK(heard.answer->json.empty());
            CHECK(desk.log().says(std::string("error: mis: its answer was refused: ") + why + "\n"));
        }
    }
    SECTION("what the patient one says") {
        for (const auto& [tool, why] : {row{"twins", "an object in it has the same key twice"},
                                        row{"array", "it is not a JSON object"},
                                        row{"nothing", "it is not valid JSON"},
                                        row{"fails_without_code", "its error has no \"code\" or no \"message\""},
                                        row{"fails_without_message", "its error has no \"code\" or no \"message\""}}) {
            CAPTURE(tool);
            auto desk = patient();
            for (const bool quick : {false, true}) {
                const auto heard = desk.ask(tool, "{}", quick);
                REQUIRE(heard.answer);
                CHECK(heard.answer->kind == kind::invalid);
            }
            CHECK(desk.log().says(std::string("mine: its answer was refused: ") + why + "\n"));
        }
    }
}

TEST_CASE("an answer may be as long as the limit and no longer") {
    auto desk = misbehaving();  // 100,000 bytes
    const auto empty = desk.ask("answers_huge", R"({"bytes":0})").json().size();
    const auto most = std::to_string(100'000 - empty), more = std::to_string(100'001 - empty);
    CHECK(desk.ask("answers_huge", R"({"bytes":)" + most + "}").answer.value().kind == kind::done);
    CHECK(desk.ask("answers_huge", R"({"bytes":)" + more + "}").answer.value().kind == kind::invalid);
    CHECK(desk.log().says("its answer was refused: it is 100001 bytes long, and server.max_result allows 100000\n"));
}

TEST_CASE("an answer over several lines becomes one line, with its strings untouched") {
    auto desk = patient();
    const auto heard = desk.ask("lines");
    REQUIRE(heard.answer);
    CHECK(heard.answer->kind == kind::done);
    CHECK(heard.answer->json == R"({   "content": [] ,"text":"a\nb" })");
}

TEST_CASE("a failure and a wish for input are told apart from an answer") {
    auto desk = patient();
    const auto failed = desk.ask("fails");
    CHECK(failed.answer.value().kind == kind::failed);
    CHECK(failed.json() == R"({"code":-32000,"message":"Out of paper."})");
    const auto input = desk.ask("input");
    CHECK(input.answer.value().kind == kind::input_required);
    CHECK(input.json() == R"({"state":1})");
}

TEST_CASE("a handler that throws fails its call with a sentence that shows nothing of the inside") {
    auto desk = misbehaving();
    const auto heard = desk.ask("throws");
    REQUIRE(heard.answer);
    CHECK(heard.json().find("canary") == std::string::npos);
    CHECK(desk.log().says("internal canary 8d2f91"));
}

// CONTRACT.md, H3.
TEST_CASE("a call that never ends stays open, closing says so, and its instance is never destroyed", "[host]") {
    auto desk = patient();
    test::heard all;
    const auto call = desk.start("keep", all);
    REQUIRE(desk.log().will_say("mine: kept\n"));
    CHECK_FALSE(desk.to().close(20ms));
    CHECK_FALSE(call->is_answered());
    desk.drop();
    CHECK_FALSE(desk.log().says("mine: destroyed"));
}

// CONTRACT.md, H3, and destroy() is [setup]: no other call into the instance is running. That an answer
// has arrived does not mean that the plugin is back from start().
TEST_CASE("an instance is not destroyed while its plugin is still on its way back from a call") {
    auto desk = patient();
    test::heard all;
    const auto call = desk.start("slow_return", all);
    CHECK(desk.answer_to(call).value().kind == kind::done);
    desk.drop();
    CHECK(desk.log().will_say("mine: destroyed"));
    while (call.use_count() > 1) std::this_thread::yield();  // until the lane's thread is back
    CHECK_FALSE(desk.log().says("too early"));
}

// A plugin is set up by a thread of its own, so that a hanging one can be given up on; that thread must
// not be the one that ends it, when everything it would speak to is gone.
TEST_CASE("an instance ends when its owner lets go of it, and on the owner's thread", "[host]") {
    for (int i = 0; i < 20; ++i) {
        test::captured_log log;
        auto one = plugin::make_host_instance(test::loaded(of_this_folder("patient")), test::settings_named("gone"),
                                              {log, test::real_clock, test::nobody_hears});
        REQUIRE(one.has_value());
        one->reset();
        const bool at_once = log.says("gone: destroyed\n");
        REQUIRE(log.will_say("gone: destroyed\n"));  // before the log goes, whoever ends it
        CHECK(at_once);
    }
}

TEST_CASE("cancelling wakes the plugin, and it can see that nobody waits") {
    auto desk = patient();
    test::heard all;
    const auto call = desk.start("wait", all);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    desk.cancel(call);
    CHECK(desk.log().will_say("mine: cancel was heard\n"));
    CHECK(desk.log().will_say("mine: woken: nobody waits\n"));
    CHECK(desk.to().close(30s));
    CHECK_FALSE(call->is_answered());
}

// CONTRACT.md, H8.
TEST_CASE("a call that has been answered cannot be cancelled any more", "[host]") {
    auto desk = patient();
    test::heard all;
    const auto call = desk.start("fails", all, "{}", true);
    REQUIRE(call->is_answered());
    desk.cancel(call);
    CHECK_FALSE(desk.log().says("cancel was heard"));
}

TEST_CASE("a full lane says busy and starts nothing") {
    test::desk desk(of_this_folder("patient"), narrow());
    test::heard all;
    const auto first = desk.start("wait", all);
    REQUIRE(desk.log().will_say("narrow: waiting\n"));
    const auto second = desk.start("fails", all);
    CHECK_FALSE(second->is_answered());
    const auto third = desk.ask("fails");
    REQUIRE(third.answer);
    CHECK(third.answer->kind == kind::busy);

    desk.cancel(first);
    CHECK(desk.answer_to(second).value().kind == kind::failed);  // the one that waited had its turn
    CHECK(desk.to().close(30s));
}

TEST_CASE("a call that is cancelled while it waits for its turn never reaches the plugin") {
    test::desk desk(of_this_folder("patient"), narrow());
    test::heard all;
    const auto first = desk.start("wait", all);
    REQUIRE(desk.log().will_say("narrow: waiting\n"));
    const auto second = desk.start("notices", all);
    desk.cancel(second);
    desk.cancel(first);
    REQUIRE(desk.log().will_say("narrow: woken"));
    while (desk.ask("fails").answer.value().kind == kind::busy) std::this_thread::yield();  // behind the second
    CHECK(desk.to().close(30s));
    CHECK_FALSE(desk.log().says("told everything"));
    CHECK_FALSE(second->is_answered());
}

TEST_CASE("a call that never has its turn, because its instance closes, is answered and holds nothing up") {
    test::desk desk(of_this_folder("patient"), narrow());
    test::heard all;
    const auto first = desk.start("wait", all);
    REQUIRE(desk.log().will_say("narrow: waiting\n"));
    const auto second = desk.start("fails", all);
    CHECK(desk.to().close(30s));
    CHECK(desk.room().call([&] { return second->is_answered(); }));
}

TEST_CASE("a quick feature of a busy instance still answers") {
    test::desk desk(of_this_folder("patient"), narrow());
    test::heard all;
    const auto first = desk.start("wait", all);
    REQUIRE(desk.log().will_say("narrow: waiting\n"));
    CHECK(desk.ask("fails", "{}", true).answer.value().kind == kind::failed);
    desk.cancel(first);
    CHECK(desk.to().close(30s));
}

TEST_CASE("closing tells plugins that nobody waits for their calls any more") {
    auto desk = patient();
    test::heard all;
    desk.start("wait", all);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    CHECK(desk.to().close(30s));
    CHECK(desk.log().says("mine: cancel was heard"));
}

TEST_CASE("closing does not wait longer than it may for a call that is stuck", "[host]") {
    auto desk = patient();
    test::heard all;
    const auto call = desk.start("deaf", all);
    REQUIRE(desk.log().will_say("mine: waiting\n"));
    CHECK_FALSE(desk.to().close(20ms));
    desk.cancel(call);
    CHECK(desk.to().close(30s));
}

