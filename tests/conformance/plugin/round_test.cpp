// Calls with further rounds: the input requests, and the results of the answers.
#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::answer;
using toolrack::testing::host;

namespace {

constexpr const char* can_all =
    R"({"name":"c","version":"1","capabilities":{"sampling":{},"elicitation":{},"roots":{}}})";
constexpr const char* alice = R"({"user_name":{"action":"accept","content":{"name":"Alice"}}})";
constexpr const char* confirmed = R"({"confirm":{"action":"accept","content":{"ok":true}}})";

std::string requests(const answer& asked) {
    REQUIRE(asked.outcome == TOOLRACK_INPUT_REQUIRED);
    return std::string(asked.value().at("inputRequests").text());
}

std::string state(const answer& asked) { return std::string(asked.value().at("state").text()); }

}  // namespace

TEST_CASE("a tool requests a name and uses it") {
    host here;
    const char* tool = "test_input_required_result_elicitation";
    CHECK(requests(here.call(tool)) ==
          R"({"user_name":{"method":"elicitation/create","params":{"mode":"form","message":"What is your name?",)"
          R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}}})");
    CHECK(here.ask({.name = tool, .responses = alice}).text() == "Hello, Alice!");
}

TEST_CASE("an invalid answer leads to the same request again") {
    host here;
    for (const char* responses : {"null",
                                  R"({"wrong_key":{"action":"accept","content":{"name":"A"}}})",
                                  R"({"user_name":12345})",
                                  R"({"user_name":{"action":"accept"}})",
                                  R"({"user_name":{"action":"accept","content":{"name":1}}})"}) {
        INFO(responses);
        CHECK(here.ask({.name = "test_input_required_result_elicitation", .responses = responses}).outcome ==
              TOOLRACK_INPUT_REQUIRED);
    }
}

TEST_CASE("a user who declines is not asked again") {
    host here;
    const auto answer = here.ask(
        {.name = "test_input_required_result_elicitation", .responses = R"({"user_name":{"action":"decline"}})"});
    CHECK(answer.is_tool_error());
    CHECK(answer.text() == "The user did not answer: decline");
}

TEST_CASE("an answer without the state is not accepted") {
    host here;
    const char* tool = "test_input_required_result_request_state";
    const auto first = here.call(tool);
    CHECK(requests(first).starts_with(R"({"confirm":)"));
    CHECK(here.ask({.name = tool, .responses = confirmed}).outcome == TOOLRACK_INPUT_REQUIRED);
    CHECK(here.ask({.name = tool, .responses = confirmed, .state = state(first)}).text() ==
          "state-ok: requestState verified and confirmation received");
}

TEST_CASE("the state of another tool is not accepted") {
    host here;
    const auto first = here.call("test_input_required_result_request_state");
    CHECK(here.ask({.name = "test_input_required_result_tampered_state", .responses = confirmed, .state = state(first)})
              .outcome == TOOLRACK_INPUT_REQUIRED);
}

TEST_CASE("the answer after two rounds has the input of both") {
    host here;
    const char* tool = "test_input_required_result_multi_round";
    const auto first = here.call(tool);
    const auto second = here.ask({.name = tool,
                                  .responses = R"({"step1":{"action":"accept","content":{"name":"Alice"}}})",
                                  .state = state(first)});
    CHECK(requests(second).starts_with(R"({"step2":)"));
    CHECK(state(second) != state(first));
    CHECK(here.ask({.name = tool,
                    .responses = R"({"step2":{"action":"accept","content":{"color":"blue"}}})",
                    .state = state(second)})
              .text() == "Multi-round complete: Alice likes blue");
}

TEST_CASE("one round has three input requests") {
    host here;
    const char* tool = "test_input_required_result_multiple_inputs";
    const auto first = here.call(tool);
    CHECK(first.value().at("inputRequests").size() == 3);
    const auto answer =
        here.ask({.name = tool,
                  .responses = R"({"user_name":{"action":"accept","content":{"name":"Alice"}},)"
                               R"("greeting":{"role":"assistant","content":{"type":"text","text":"Good day."}},)"
                               R"("client_roots":{"roots":[{"uri":"file:///test/root"}]}})",
                  .state = state(first)});
    CHECK(answer.text() == "Good day. Alice — 1 root(s) visible");
}

TEST_CASE("only input with a declared capability is requested") {
    host here;
    const char* tool = "test_input_required_result_capabilities";
    const auto asked = here.ask({.name = tool, .client = R"({"capabilities":{"sampling":{}}})"});
    CHECK(requests(asked).starts_with(R"({"greeting":{"method":"sampling/createMessage")"));
    CHECK(asked.value().at("inputRequests").size() == 1);
    const auto asked_all = here.ask({.name = tool, .client = can_all});
    CHECK(asked_all.value().at("inputRequests").size() == 3);
    CHECK(here.call(tool).text() == "Capability-aware input requests fulfilled");
}

TEST_CASE("the answers of the model and of the user are returned") {
    host here;
    const auto ask = [&](const char* tool, const char* params, const char* responses) {
        return here.ask({.name = tool, .params = params, .client = can_all, .responses = responses});
    };
    const char* prompt = R"({"arguments":{"prompt":"Well?"}})";
    CHECK(requests(ask("test_sampling", prompt, "")) ==
          R"({"answer":{"method":"sampling/createMessage","params":{)"
          R"("messages":[{"role":"user","content":{"type":"text","text":"Well?"}}],"maxTokens":100}}})");
    CHECK(ask("test_sampling", prompt, R"({"answer":{"content":{"type":"text","text":"Well."}}})").text() ==
          "LLM response: Well.");
    CHECK(ask("test_elicitation",
              R"({"arguments":{"message":"Please"}})",
              R"({"answer":{"action":"accept","content":{"username":"testuser"}}})")
              .text() == R"(User response: action=accept, content={"username":"testuser"})");
    CHECK(ask("test_elicitation_sep1034_defaults", "{}", R"({"answer":{"action":"decline"}})").text() ==
          "Elicitation completed: action=decline, content={}");
}

TEST_CASE("a client without the capability gets a tool error, or the host rejects the request") {
    host here;
    CHECK(here.call("test_sampling", R"({"prompt":"Well?"})").is_tool_error());
    CHECK(here.call("test_elicitation", R"({"message":"Please"})").is_tool_error());
    CHECK(requests(here.call("test_missing_capability")).starts_with(R"({"llm_answer":)"));
}

TEST_CASE("a prompt can request input") {
    host here;
    const char* prompt = "test_input_required_result_prompt";
    CHECK(here.ask({.method = "prompts/get", .name = prompt}).outcome == TOOLRACK_INPUT_REQUIRED);
    CHECK(here.ask({.method = "prompts/get",
                    .name = prompt,
                    .responses = R"({"user_context":{"action":"accept","content":{"context":"test"}}})"})
              .json ==
          R"({"messages":[{"role":"user","content":{"type":"text","text":"Use the following context: test"}}]})");
}
