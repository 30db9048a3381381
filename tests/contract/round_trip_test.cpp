#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::host;

TEST_CASE("a call requests input, gets the answers and its state, and requests input again") {
    host here;
    const auto first = here.call("ask");
    CHECK(first.outcome == TOOLRACK_INPUT_REQUIRED);
    const auto asked = first.value().at("inputRequests");
    CHECK(asked.at("name").text() == R"({"method":"elicitation/create","params":{"mode":"form","message":)"
                                     R"("What is your name?","requestedSchema":{"type":"object","properties":{"name":)"
                                     R"({"type":"string"}},"required":["name"]}}})");
    CHECK(asked.at("page").at("params").at("mode").str() == "url");
    CHECK(asked.at("model").at("params").at("maxTokens").i64() == 50);
    CHECK(asked.at("folders").text() == R"({"method":"roots/list","params":{}})");
    CHECK_FALSE(first.value().find("state"));

    const auto second =
        here.ask({.name = "ask", .responses = R"({"name":{"action":"accept","content":{"name":"Ann"}}})"});
    CHECK(second.outcome == TOOLRACK_INPUT_REQUIRED);
    CHECK(second.value().at("state").text() == R"({"name":"Ann"})");

    const auto third = here.ask({.name = "ask",
                                 .responses = R"({"colour":{"action":"accept","content":{"colour":"blue"}}})",
                                 .state = R"({"name":"Ann"})"});
    CHECK(third.text() == "Ann likes blue");
}

TEST_CASE("P12: an answer of another shape leads to the same request again") {
    host here;
    for (const char* responses : {"null",
                                  "[]",
                                  "12",
                                  R"({"name":12345})",
                                  R"({"name":null})",
                                  R"({"name":{"content":[]}})",
                                  R"({"name":{"content":{"name":1}}})"}) {
        const auto answer = here.ask({.name = "ask", .responses = responses});
        CHECK(answer.outcome == TOOLRACK_INPUT_REQUIRED);
        CHECK(answer.value().at("inputRequests").find("name"));
    }
}
