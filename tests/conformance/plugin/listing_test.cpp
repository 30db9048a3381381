// The lists of the fixture: the suite reads one page and calls its first tool.
#include <algorithm>
#include <string>
#include <vector>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;

TEST_CASE("the tool with the mirrored argument is listed first and has no required argument") {
    host here;
    const auto first = here.features().at(0);
    const value definition(first.definition);
    CHECK(definition.at("name").str() == "test_x_mcp_header");
    CHECK(definition.at("inputSchema").at("properties").at("region").at("x-mcp-header").str() == "Region");
    CHECK_FALSE(definition.at("inputSchema").find("required"));
}

TEST_CASE("every feature that the suite uses is listed with a description") {
    host here;
    std::vector<std::string> kinds;
    for (const auto& each : here.features()) {
        kinds.push_back(each.kind);
        INFO(each.definition);
        CHECK_FALSE(value(each.definition).at("description").str().empty());
    }
    CHECK(std::ranges::count(kinds, "tool") == 37);
    CHECK(std::ranges::count(kinds, "resource") == 3);
    CHECK(std::ranges::count(kinds, "template") == 1);
    CHECK(std::ranges::count(kinds, "prompt") == 5);
}

TEST_CASE("a schema given as text is listed unchanged") {
    host here;
    const std::string definition = here.definition("tool", "json_schema_2020_12_tool");
    const value schema = value(definition).at("inputSchema");
    CHECK(schema.at("$schema").str() == "https://json-schema.org/draft/2020-12/schema");
    CHECK(schema.at("$defs").at("address").at("$anchor").str() == "addressDef");
    CHECK(schema.at("allOf").at(0).at("anyOf").size() == 2);
    CHECK(schema.at("else").text() == R"({"required":["email"]})");
    CHECK_FALSE(schema.at("additionalProperties").boolean());
}

TEST_CASE("tools that can or must be tasks have the attribute") {
    host here;
    const auto task = [&](const std::string& name) -> std::string {
        for (const auto& each : here.features()) {
            if (each.kind != "tool" || value(each.definition).at("name").str() != name) continue;
            const auto word = value(each.attributes).find("task");
            return word ? word->str() : "none";
        }
        return "not listed";
    };
    CHECK(task("slow_compute") == "optional");
    CHECK(task("confirm_delete") == "optional");
    CHECK(task("failing_job") == "required");
    CHECK(task("test_tool_with_task") == "required");
    CHECK(task("greet") == "none");
}
