#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <string>
#include <vector>

#include <toolrack/testing.hpp>

using toolrack::json::value;
using toolrack::testing::host;

namespace {

std::string only_tool(host& here) {
    const auto features = here.features();
    REQUIRE(features.size() == 1);
    return value(features[0].definition).at("name").str();
}

}  // namespace

TEST_CASE("what is listed is what can be done now") {
    host here;
    CHECK(only_tool(here) == "start_stopwatch");
    CHECK(here.call("start_stopwatch").text() == "It runs.");
    CHECK(only_tool(here) == "stop_stopwatch");
    CHECK(here.call("stop_stopwatch").text().starts_with("It ran "));
    CHECK(only_tool(here) == "start_stopwatch");
}

TEST_CASE("the host is told each time the list changes, and only then") {
    host here;
    here.call("start_stopwatch");
    CHECK(here.changes() == std::vector<std::string>{"tool"});
    here.call("start_stopwatch");
    CHECK(here.changes().size() == 1);
    here.call("stop_stopwatch");
    CHECK(here.changes().size() == 2);
}

TEST_CASE("a tool from a list that is out of date says how things are") {
    host here;
    const auto early = here.call("stop_stopwatch");
    CHECK(early.is_tool_error());
    CHECK(early.text() == "It does not run.");
    here.call("start_stopwatch");
    CHECK(here.call("start_stopwatch").is_tool_error());
    CHECK(here.call("wind_up").code() == -32602);
}
