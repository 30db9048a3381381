#include "plugin/instance.hpp"

#include <toolrack/json.hpp>

#include <unistd.h>

#include <set>
#include <string>
#include <thread>

#include "catch.hpp"
#include "instance_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using kind = enum plugin::answer::kind;

namespace {

test::instance_fixture hostile() {
    return test::instance_fixture(test::hostile("misbehaving"), test::settings_named("hostile"), 100'000);
}

config::plugin narrow() {
    auto settings = test::settings_named("narrow");
    settings.threads = 1;
    settings.queue = 1;
    return settings;
}

std::string error_of(const std::filesystem::path& file, const std::string& options = "{}") {
    test::captured_log log;
    auto settings = test::settings_named("odd");
    settings.options.json = options;
    const auto made = test::try_made(file, settings, log);
    return made ? std::string() : made.error().why();
}

std::string text_of(const test::call_result& result) {
    return json::value(result.answer.value().json).at("content").at(0).at("text").str();
}

}  // namespace

TEST_CASE("a plugin that refuses to be set up is named with its own reason") {
    CHECK(error_of(test::hostile("complains")) == "its create() failed: The database is missing; create it.");
    CHECK(error_of(test::hostile("create-null-silent")) == "its create() failed without a reason");
    CHECK(error_of(test::hostile("throws-in-create")).find("its create() failed: ") == 0);
    CHECK(error_of(test::hostile("throws-in-create")).find("The database is unreachable.") != std::string::npos);
}

// CONTRACT.md, H2.
TEST_CASE("options are validated before create()") {
    CHECK(error_of(test::test_plugin("scripted"), R"({"path":1})").find("its options are invalid: ") == 0);
    CHECK(error_of(test::test_plugin("scripted"), R"({"path":"/x"})").empty());
}

TEST_CASE("a plugin with incomplete tables is refused with the missing part") {
    CHECK(error_of(test::test_plugin("offers-nothing")) == "it offers neither features nor authentication");
    for (const char* name : {"short-features", "no-start", "no-list"})
        CHECK(error_of(test::test_plugin(name)) ==
              "its table toolrack.features/1 is too short or lacks list() or start()");
    for (const char* name : {"short-auth", "no-authenticate"})
        CHECK(error_of(test::test_plugin(name)) == "its table toolrack.auth/1 is too short or lacks authenticate()");
}

TEST_CASE("an instance lists the features of its plugin") {
    test::instance_fixture fixture(test::shipped("echo"));
    const auto listed = fixture.instance().list();
    REQUIRE(listed.has_value());
    REQUIRE(listed->size() == 1);
    CHECK(listed->at(0).kind == "tool");
    CHECK(json::value(listed->at(0).definition).at("name").str() == "echo");
    CHECK(json::value(listed->at(0).attributes).at("quick").boolean());
    CHECK_FALSE(fixture.instance().offers_auth());
    CHECK(fixture.instance().auth_traits() == 0);
}

TEST_CASE("a failed list() is an error") {
    test::instance_fixture fixture(test::test_plugin("cannot-list"));
    const auto listed = fixture.instance().list();
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().why() == "its list() failed");
}

TEST_CASE("an auth backend has no features", "[host]") {
    test::instance_fixture backend(test::shipped_backend("open-access"));
    CHECK(backend.instance().offers_auth());
    CHECK(backend.instance().list()->empty());
}

TEST_CASE("a call returns the answer of the plugin") {
    test::instance_fixture fixture(test::shipped("echo"));
    const auto result = fixture.call_tool("echo", R"({"text":"Is anybody there?"})");
    REQUIRE(result.answer);
    CHECK(result.answer->kind == kind::done);
    CHECK(text_of(result) == "Is anybody there?");
    CHECK(result.notifications.empty());
}

// CONTRACT.md, H6.
TEST_CASE("a quick feature runs on the calling thread, and any other on a lane", "[host]") {
    auto fixture = test::scripted();
    const auto thread_of = [&](bool quick) {
        const auto result = fixture.call_tool("thread", "{}", quick);
        return json::value(result.answer.value().json).at("thread").i64();
    };
    const auto io_thread = fixture.io().call([] { return static_cast<std::int64_t>(::gettid()); });
    CHECK(thread_of(true) == io_thread);
    CHECK(thread_of(false) != io_thread);
}

TEST_CASE("a quick feature has answered when start returns", "[host]") {
    test::instance_fixture fixture(test::shipped("echo"));
    test::call_result result;
    const auto call = fixture.start("echo", result, R"({"text":"now"})", true);
    CHECK(call->is_answered());
}

// CONTRACT.md, H4.
TEST_CASE("the plugin gets the principal and the request unchanged, quick or not") {
    for (const bool quick : {false, true}) {
        auto fixture = hostile();
        const auto result = fixture.call_tool("whoami", R"({"x":[1,2]})", quick);
        REQUIRE(result.answer);
        REQUIRE(result.answer->kind == kind::done);
        const auto got = json::value(result.answer->json).at("structuredContent");
        CHECK(got.at("subject").str() == "ann");
        CHECK(got.at("issuer").str() == "open-access");
        CHECK(got.at("scopes").text() == R"(["a:1","a:2","a:3","a:4","a:5","a:6","a:7","a:8","a:9"])");
        CHECK(got.at("traceparent").str() == "00-trace");
        CHECK(got.at("params").str() == R"({"name":"whoami","arguments":{"x":[1,2]}})");
    }
}

// CONTRACT.md, H7.
TEST_CASE("a second answer is dropped, and the first one counts") {
    auto fixture = hostile();
    const auto result = fixture.call_tool("answers_twice");
    CHECK(text_of(result) == "first");
    CHECK(fixture.log().will_say("hostile: an answer for call "));
    CHECK(fixture.log().says(" was dropped: that call is unknown or has ended"));
}

// CONTRACT.md, H7.
TEST_CASE("an answer for an unknown call is dropped") {
    auto fixture = hostile();
    CHECK(text_of(fixture.call_tool("foreign_id")) == "mine");
    const auto log = fixture.log().text();
    int dropped = 0;
    for (auto at = log.find("an answer for call"); at != std::string::npos; at = log.find("an answer for call", at + 1))
        ++dropped;
    CHECK(dropped == 4);
    CHECK(log.find("an answer for call 0 was dropped") != std::string::npos);
}

// CONTRACT.md, H7.
TEST_CASE("two plugins never get the same call number", "[host]") {
    test::captured_log log;
    test::io_fixture io;
    const auto who = test::principal_named("ann", io, log);
    const auto a = test::instance_of(test::test_plugin("scripted"), test::settings_named("a"), log);
    const auto b = test::instance_of(test::test_plugin("scripted"), test::settings_named("b"), log);
    std::set<std::uint64_t> numbers;
    io.call([&] {
        const plugin::request request{"tools/call", "input", "{}", "{}", {}, {}, {}, who, {}};
        for (int i = 0; i < 20; ++i)
            for (const auto& one : {a, b}) numbers.insert(one->start(request, true, io.get_executor(), {})->id());
    });
    CHECK(numbers.size() == 40);
}

TEST_CASE("an answer to a cancelled call is dropped") {
    auto fixture = hostile();
    test::call_result result;
    const auto call = fixture.start("answers_after_cancel", result);
    while (call.use_count() > 2) std::this_thread::yield();  // until the lane has passed it to the plugin
    fixture.cancel(call);
    CHECK(fixture.instance().close(30s));  // the answer has arrived
    fixture.io().call([] {});
    CHECK_FALSE(call->is_answered());
    CHECK_FALSE(fixture.log().says("too late"));
}

// CONTRACT.md, H7.
TEST_CASE("an invalid answer is rejected, and the log has the reason") {
    struct row {
        const char* tool;
        const char* why;
    };
    SECTION("of the hostile plugin") {
        auto fixture = hostile();
        for (const auto& [tool, why] : {row{"answers_bad_json", "it is not valid JSON"},
                                        row{"answers_bad_utf8", "it is not valid JSON"},
                                        row{"finishes_unknown_outcome", "its outcome 99 is unknown"}}) {
            CAPTURE(tool);
            const auto result = fixture.call_tool(tool);
            REQUIRE(result.answer);
            CHECK(result.answer->kind == kind::invalid);
            CHECK(result.answer->json.empty());
            CHECK(fixture.log().says(std::string("error: hostile: its answer was rejected: ") + why + "\n"));
        }
    }
    SECTION("of the scripted plugin") {
        for (const auto& [tool, why] : {row{"twins", "an object in it has the same key twice"},
                                        row{"array", "it is not a JSON object"},
                                        row{"nothing", "it is not valid JSON"},
                                        row{"fails_without_code", "its error lacks \"code\" or \"message\""},
                                        row{"fails_without_message", "its error lacks \"code\" or \"message\""}}) {
            CAPTURE(tool);
            auto fixture = test::scripted();
            for (const bool quick : {false, true}) {
                const auto result = fixture.call_tool(tool, "{}", quick);
                REQUIRE(result.answer);
                CHECK(result.answer->kind == kind::invalid);
            }
            CHECK(fixture.log().says(std::string("mine: its answer was rejected: ") + why + "\n"));
        }
    }
}

TEST_CASE("an answer has at most the length of the limit") {
    auto fixture = hostile();  // 100,000 bytes
    const auto empty = fixture.call_tool("answers_huge", R"({"bytes":0})").json().size();
    const auto most = std::to_string(100'000 - empty), more = std::to_string(100'001 - empty);
    CHECK(fixture.call_tool("answers_huge", R"({"bytes":)" + most + "}").answer.value().kind == kind::done);
    CHECK(fixture.call_tool("answers_huge", R"({"bytes":)" + more + "}").answer.value().kind == kind::invalid);
    CHECK(
        fixture.log().says("its answer was rejected: it is 100001 bytes long, and server.max_result allows 100000\n"));
}

TEST_CASE("an answer is sent on one line, with its strings unchanged") {
    auto fixture = test::scripted();
    const auto result = fixture.call_tool("lines");
    REQUIRE(result.answer);
    CHECK(result.answer->kind == kind::done);
    CHECK(result.answer->json == R"({   "content": [] ,"text":"a\nb" })");
}

TEST_CASE("a failure and a request for input differ from a result") {
    auto fixture = test::scripted();
    const auto failed = fixture.call_tool("fails");
    CHECK(failed.answer.value().kind == kind::failed);
    CHECK(failed.json() == R"({"code":-32000,"message":"Out of paper."})");
    const auto input = fixture.call_tool("input");
    CHECK(input.answer.value().kind == kind::input_required);
    CHECK(input.json() == R"({"state":1})");
}

TEST_CASE("a handler that throws fails its call without its internal message") {
    auto fixture = hostile();
    const auto result = fixture.call_tool("throws");
    REQUIRE(result.answer);
    CHECK(result.json().find("canary") == std::string::npos);
    CHECK(fixture.log().says("internal canary 8d2f91"));
}

// CONTRACT.md, H3.
TEST_CASE("close reports a call that never ends, and its instance is never destroyed", "[host]") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("keep", result);
    REQUIRE(fixture.log().will_say("mine: kept\n"));
    CHECK_FALSE(fixture.instance().close(20ms));
    CHECK_FALSE(call->is_answered());
    fixture.release_instance();
    CHECK_FALSE(fixture.log().says("mine: destroyed"));
}

// CONTRACT.md, H3, and destroy() is [setup]: no other call into the instance is running. start() can still be running
// after the answer has arrived.
TEST_CASE("an instance is not destroyed before start() of a call has returned") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("slow_return", result);
    CHECK(fixture.answer_to(call).value().kind == kind::done);
    fixture.release_instance();
    CHECK(fixture.log().will_say("mine: destroyed"));
    while (call.use_count() > 1) std::this_thread::yield();  // until the lane's thread has returned
    CHECK_FALSE(fixture.log().says("too early"));
}

// create() runs on a thread of its own, so that it can time out. That thread must not be the one that destroys the
// instance, after the log is gone.
TEST_CASE("an instance is destroyed when its owner releases it, on the owner's thread", "[host]") {
    for (int i = 0; i < 20; ++i) {
        test::captured_log log;
        auto one = plugin::make_host_instance(test::loaded(test::test_plugin("scripted")),
                                              test::settings_named("gone"),
                                              {log, test::real_clock, test::no_events});
        REQUIRE(one.has_value());
        one->reset();
        const bool at_once = log.says("gone: destroyed\n");
        REQUIRE(log.will_say("gone: destroyed\n"));  // before the log is destroyed
        CHECK(at_once);
    }
}

TEST_CASE("a cancelled call wakes the plugin, which sees the cancellation") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    fixture.cancel(call);
    CHECK(fixture.log().will_say("mine: cancel() was called\n"));
    CHECK(fixture.log().will_say("mine: woken: cancelled\n"));
    CHECK(fixture.instance().close(30s));
    CHECK_FALSE(call->is_answered());
}

// CONTRACT.md, H8.
TEST_CASE("the plugin gets no cancel() for an answered call", "[host]") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("fails", result, "{}", true);
    REQUIRE(call->is_answered());
    fixture.cancel(call);
    CHECK_FALSE(fixture.log().says("cancel() was called"));
}

TEST_CASE("a call on a full lane is answered busy") {
    test::instance_fixture fixture(test::test_plugin("scripted"), narrow());
    test::call_result result;
    const auto first = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("narrow: waiting\n"));
    const auto second = fixture.start("fails", result);
    CHECK_FALSE(second->is_answered());
    const auto third = fixture.call_tool("fails");
    REQUIRE(third.answer);
    CHECK(third.answer->kind == kind::busy);

    fixture.cancel(first);
    CHECK(fixture.answer_to(second).value().kind == kind::failed);  // the queued call has run
    CHECK(fixture.instance().close(30s));
}

TEST_CASE("a call that is cancelled in the queue never reaches the plugin") {
    test::instance_fixture fixture(test::test_plugin("scripted"), narrow());
    test::call_result result;
    const auto first = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("narrow: waiting\n"));
    const auto second = fixture.start("notices", result);
    fixture.cancel(second);
    fixture.cancel(first);
    REQUIRE(fixture.log().will_say("narrow: woken"));
    while (fixture.call_tool("fails").answer.value().kind == kind::busy)
        std::this_thread::yield();  // queued after the second
    CHECK(fixture.instance().close(30s));
    CHECK_FALSE(fixture.log().says("all sent"));
    CHECK_FALSE(second->is_answered());
}

TEST_CASE("a queued call of a closing instance is answered and does not delay it") {
    test::instance_fixture fixture(test::test_plugin("scripted"), narrow());
    test::call_result result;
    const auto first = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("narrow: waiting\n"));
    const auto second = fixture.start("fails", result);
    CHECK(fixture.instance().close(30s));
    CHECK(fixture.io().call([&] { return second->is_answered(); }));
}

TEST_CASE("a quick feature of an instance with a full lane still answers") {
    test::instance_fixture fixture(test::test_plugin("scripted"), narrow());
    test::call_result result;
    const auto first = fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("narrow: waiting\n"));
    CHECK(fixture.call_tool("fails", "{}", true).answer.value().kind == kind::failed);
    fixture.cancel(first);
    CHECK(fixture.instance().close(30s));
}

TEST_CASE("close cancels the open calls") {
    auto fixture = test::scripted();
    test::call_result result;
    fixture.start("wait", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    CHECK(fixture.instance().close(30s));
    CHECK(fixture.log().says("mine: cancel() was called"));
}

TEST_CASE("close waits for a stuck call at most for its grace", "[host]") {
    auto fixture = test::scripted();
    test::call_result result;
    const auto call = fixture.start("deaf", result);
    REQUIRE(fixture.log().will_say("mine: waiting\n"));
    CHECK_FALSE(fixture.instance().close(20ms));
    fixture.cancel(call);
    CHECK(fixture.instance().close(30s));
}
