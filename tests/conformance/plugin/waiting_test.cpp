// Waiting calls: they occupy no thread, and end when they are cancelled.
#include <string>
#include <vector>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::host;

namespace {

toolrack_call begin_sleep(host& here, const char* arguments) {
    return here.start({.name = "test_sleep", .params = R"({"arguments":)" + std::string(arguments) + '}'});
}

std::string status(host& here, const char* arguments) { return here.call("test_sleep_status", arguments).text(); }

}  // namespace

TEST_CASE("a sleep reports progress every 100 ms and its status") {
    host here;
    CHECK(status(here, R"({"id":"a"})") == "unknown");
    const auto answer = here.call("test_sleep", R"({"ms":250,"id":"a"})");
    CHECK(answer.text() == "slept 250");
    REQUIRE(answer.notifications.size() == 2);
    CHECK(answer.notifications[0].params == R"({"progress":1,"total":2})");
    CHECK(answer.notifications[1].params == R"({"progress":2,"total":2})");
    CHECK(status(here, R"({"id":"a"})") == "completed");
}

TEST_CASE("a cancelled sleep ends early and reports its status") {
    host here;
    const auto call = begin_sleep(here, R"({"ms":60000,"id":"b"})");
    CHECK(status(here, R"({"id":"b"})") == "running");
    here.cancel(call);
    CHECK(here.wait(call).text() == "cancelled");
    CHECK(status(here, R"({"id":"b"})") == "cancelled");
    CHECK(here.strays() == 0);
}

TEST_CASE("a hundred calls wait at once on one thread") {
    host here;
    std::vector<toolrack_call> calls;
    for (int n = 0; n != 100; ++n) calls.push_back(begin_sleep(here, R"({"ms":100,"id":"all"})"));
    for (const toolrack_call each : calls) CHECK(here.wait(each).text() == "slept 100");
}

TEST_CASE("jobs end with a text, a tool error or a JSON-RPC error") {
    host here;
    CHECK(here.call("slow_compute", R"({"seconds":0.1,"label":"sums"})").text() == "Computed sums for 0.1 s");
    CHECK(here.call("failing_job").is_tool_error());
    CHECK(here.call("protocol_error_job").code() == -32603);
    CHECK(here.call("greet", R"({"name":"sep-2243"})").text() == "Hello, sep-2243!");
}

TEST_CASE("a task requests input after a delay and continues immediately after the answers") {
    host here;
    const auto asked = here.call("confirm_delete", R"({"filename":"a.txt"})");
    CHECK(asked.outcome == TOOLRACK_INPUT_REQUIRED);
    CHECK(here.ask({.name = "confirm_delete",
                    .params = R"({"arguments":{"filename":"a.txt"}})",
                    .responses = R"({"confirm":{"action":"accept","content":{"confirm":true}}})"})
              .text() == "Deleted a.txt");
    CHECK(here.ask({.name = "test_tool_with_task",
                    .responses = R"({"user_name":{"action":"accept","content":{"name":"Alice"}}})"})
              .text() == "Hello, Alice!");
}
