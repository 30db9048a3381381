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

TEST_CASE("only the tool that is possible now is listed") {
    host here;
    CHECK(only_tool(here) == "start_stopwatch");
    CHECK(here.call("start_stopwatch").text() == "The stopwatch runs.");
    CHECK(only_tool(here) == "stop_stopwatch");
    CHECK(here.call("stop_stopwatch").text().starts_with("It ran "));
    CHECK(only_tool(here) == "start_stopwatch");
}

TEST_CASE("the plugin reports each change of its list, and nothing else") {
    host here;
    here.call("start_stopwatch");
    CHECK(here.changes() == std::vector<std::string>{"tool"});
    here.call("start_stopwatch");
    CHECK(here.changes().size() == 1);
    here.call("stop_stopwatch");
    CHECK(here.changes().size() == 2);
}

TEST_CASE("a tool that is no longer listed answers with the state of the stopwatch") {
    host here;
    const auto early = here.call("stop_stopwatch");
    CHECK(early.is_tool_error());
    CHECK(early.text() == "The stopwatch does not run.");
    here.call("start_stopwatch");
    CHECK(here.call("start_stopwatch").is_tool_error());
    CHECK(here.call("wind_up").code() == -32602);
}
