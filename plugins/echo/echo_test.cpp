#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;

TEST_CASE("echo returns any text unchanged") {
    toolrack::testing::host host;
    for (const std::string text : {"hello", "", "a \"quoted\"\n\ttext", "Grüße, 世界 \xF0\x9F\x98\x80"}) {
        const auto arguments = toolrack::json::object({{"text", text}});
        CHECK(host.call("echo", arguments.str()).text() == text);
    }
}

TEST_CASE("echo without a text names the missing argument") {
    toolrack::testing::host host;
    const auto answer = host.call("echo");
    CHECK(answer.is_tool_error());
    CHECK(answer.text() == "\"text\" is missing");
}

TEST_CASE("echo is quick and read-only") {
    toolrack::testing::host host;
    const auto echo = host.features().at(0);
    CHECK(value(echo.attributes).at("quick").boolean());
    CHECK(value(echo.definition).at("annotations").at("readOnlyHint").boolean());
    CHECK(value(echo.definition).at("inputSchema").at("required").at(0).str() == "text");
}
