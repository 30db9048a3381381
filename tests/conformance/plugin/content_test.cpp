// The exact answers of the fixture without input requests.
#include <string>
#include <string_view>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;

namespace {

constexpr std::string_view picture =
    R"({"type":"image",)"
    R"("data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",)"
    R"("mimeType":"image/png"})";

std::string content(std::string_view blocks) { return R"({"content":[)" + std::string(blocks) + "]}"; }

std::string message(std::string_view block) { return R"({"role":"user","content":)" + std::string(block) + '}'; }

}  // namespace

TEST_CASE("a tool without arguments answers a call without arguments") {
    host here;
    const auto answer = here.ask({.name = "test_simple_text", .params = R"({"name":"test_simple_text"})"});
    CHECK(answer.json == content(R"({"type":"text","text":"This is a simple text response for testing."})"));
}

TEST_CASE("every kind of content equals that of the reference servers") {
    host here;
    CHECK(here.call("test_image_content").json == content(picture));
    CHECK(here.call("test_audio_content").json ==
          content(R"({"type":"audio","data":"UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=",)"
                  R"("mimeType":"audio/wav"})"));
    CHECK(here.call("test_embedded_resource").json ==
          content(R"({"type":"resource","resource":{"uri":"test://embedded-resource","mimeType":"text/plain",)"
                  R"("text":"This is an embedded resource content."}})"));
    CHECK(here.call("test_multiple_content_types").json ==
          content(
              R"({"type":"text","text":"Multiple content types test:"},)" + std::string(picture) +
              R"(,{"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json",)"
              R"("text":"{\"test\":\"data\",\"value\":123}"}})"));
}

TEST_CASE("a failing tool answers with isError") {
    host here;
    CHECK(here.call("test_error_handling").json ==
          R"({"content":[{"type":"text","text":"This tool intentionally returns an error for testing"}],)"
          R"("isError":true})");
}

TEST_CASE("the answer has the mirrored argument, or none") {
    host here;
    CHECK(here.call("test_x_mcp_header", R"({"region":"eu","level":1})").text() == "region=eu");
    CHECK(here.call("test_x_mcp_header").text() == "region=<none>");
}

TEST_CASE("three log messages come before the answer") {
    host here;
    const auto answer = here.call("test_tool_with_logging");
    CHECK(answer.text() == "Tool with logging executed successfully");
    REQUIRE(answer.notifications.size() == 3);
    CHECK(answer.notifications[0].params == R"({"level":"info","data":"Tool execution started"})");
    CHECK(answer.notifications[1].params == R"({"level":"info","data":"Tool processing data"})");
    CHECK(answer.notifications[2].params == R"({"level":"info","data":"Tool execution completed"})");
}

TEST_CASE("progress has three steps, and the answer is the token") {
    host here;
    const auto with = [&](const char* params) {
        return here.ask({.name = "test_tool_with_progress", .params = params});
    };
    const auto answer = with(R"({"_meta":{"progressToken":"progress-test-1"}})");
    CHECK(answer.text() == "progress-test-1");
    REQUIRE(answer.notifications.size() == 3);
    CHECK(answer.notifications[1].method == "notifications/progress");
    CHECK(answer.notifications[1].params == R"({"progress":50,"total":100,"message":"Completed step 50 of 100"})");
    CHECK(with(R"({"_meta":{"progressToken":12}})").text() == "12");
    CHECK(with("{}").text() == "0");
}

TEST_CASE("the poll notification is sent before the answer") {
    host here;
    const auto answer = here.call("test_reconnection");
    REQUIRE(answer.notifications.size() == 1);
    CHECK(answer.notifications[0].method == "toolrack/poll");
    CHECK(answer.notifications[0].params == "{}");
    CHECK(answer.text().starts_with("Reconnection test completed successfully."));
}

TEST_CASE("the triggers report a change, and the lists stay the same") {
    host here;
    const auto before = here.features();
    CHECK(here.call("test_trigger_tool_change").text() == "tools_list_changed published");
    CHECK(here.call("test_trigger_prompt_change").text() == "prompts_list_changed published");
    CHECK(here.changes() == std::vector<std::string>{"tool", "prompt"});
    CHECK(here.features().size() == before.size());
}

TEST_CASE("resources equal those of the reference servers") {
    host here;
    const auto read = [&](const char* uri) { return here.ask({.method = "resources/read", .name = uri}).json; };
    CHECK(read("test://static-text") == R"({"contents":[{"uri":"test://static-text","mimeType":"text/plain",)"
                                        R"("text":"This is the content of the static text resource."}]})");
    CHECK(read("test://template/123/data") ==
          R"({"contents":[{"uri":"test://template/123/data","mimeType":"application/json",)"
          R"("text":"{\"id\":\"123\",\"templateTest\":true,\"data\":\"Data for ID: 123\"}"}]})");
    CHECK(read("test://nothing") ==
          R"({"code":-32002,"message":"Resource not found","data":{"uri":"test://nothing"}})");
}

TEST_CASE("prompts equal those of the reference servers") {
    host here;
    const auto get = [&](const char* name, const char* params) {
        return here.ask({.method = "prompts/get", .name = name, .params = params});
    };
    CHECK(get("test_simple_prompt", "{}").json ==
          R"({"messages":[)" + message(R"({"type":"text","text":"This is a simple prompt for testing."})") + "]}");
    CHECK(get("test_prompt_with_arguments", R"({"arguments":{"arg1":"a","arg2":"b"}})").json ==
          R"({"messages":[)" + message(R"({"type":"text","text":"Prompt with arguments: arg1='a', arg2='b'"})") + "]}");
    CHECK(get("test_prompt_with_image", "{}").json ==
          R"({"messages":[)" + message(picture) + ',' +
              message(R"({"type":"text","text":"Please analyze the image above."})") + "]}");
    CHECK(get("test_prompt_with_arguments", R"({"arguments":{"arg1":"a"}})").code() == -32602);
}
