#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::answer;
using toolrack::testing::host;

namespace {

answer thrown(host& here, const char* tool, const char* what) {
    return here.call(tool, toolrack::json::object({{"what", what}}).str());
}

}  // namespace

TEST_CASE("P5: an exception becomes one answer, for both kinds of handler") {
    for (const char* tool : {"throw", "throw_owning"}) {
        host here;
        const answer for_model = thrown(here, tool, "tool_error");
        CHECK(for_model.is_tool_error());
        CHECK(for_model.text() == "try something else");

        const answer protocol = thrown(here, tool, "error");
        CHECK(protocol.json == R"({"code":-32099,"message":"not now","data":{"retry":5}})");

        CHECK(thrown(here, tool, "nothing").text() == "nothing thrown");
        CHECK(here.log().empty());
        CHECK(here.strays() == 0);
    }
}

TEST_CASE("P5: the text of an unexpected exception goes only to the log") {
    for (const char* tool : {"throw", "throw_owning"}) {
        host here;
        const answer unexpected = thrown(here, tool, "runtime_error");
        CHECK(unexpected.is_tool_error());
        CHECK(unexpected.text() == "The tool failed. The server's log says why.");
        CHECK(unexpected.json.find("canary") == std::string::npos);
        REQUIRE(here.log().size() == 1);
        CHECK(here.log()[0] == std::string(tool) + " threw: internal canary");

        CHECK(thrown(here, tool, "int").is_tool_error());
        CHECK(here.log()[1].ends_with("threw: something that is not a std::exception"));
    }
}

TEST_CASE("P5: the answer names a missing or wrong argument") {
    host here;
    CHECK(here.call("throw").text() == "\"what\" is missing");
    const answer wrong = here.call("throw_owning", R"({"what":[]})");
    CHECK(wrong.is_tool_error());
    CHECK(wrong.text() == "\"what\" must be a string, but is an array");
}

TEST_CASE("P5: after the call was moved away, an exception does not answer it") {
    host here;
    CHECK(here.call("throw_after").text() == "answered");
    CHECK(here.strays() == 0);
    CHECK(here.log().at(0) == "throw_after threw: too late");
}

TEST_CASE("P5: an exception of a prompt is a JSON-RPC error") {
    host here;
    const auto prompt = [&](const char* params) {
        return here.ask({.method = "prompts/get", .name = "broken", .params = params});
    };
    CHECK(prompt(R"({"arguments":{"what":"tool_error"}})").json == R"({"code":-32603,"message":"try something else"})");
    CHECK(prompt(R"({"arguments":{}})").json == R"({"code":-32602,"message":"\"what\" is missing"})");
    CHECK(prompt(R"({"arguments":{"what":"runtime_error"}})").json ==
          R"({"code":-32603,"message":"The request failed. The server's log says why."})");
}
