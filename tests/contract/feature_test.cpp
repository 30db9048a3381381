#include <string>

#include <toolrack/plugin.hpp>
#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;

TEST_CASE("features are listed in the order they were registered") {
    host here;
    const auto all = here.features();
    CHECK(value(all.at(0).definition).at("name").str() == "now");
    CHECK(value(all.at(1).definition).at("name").str() == "later");
    CHECK(value(all.at(0).attributes).at("quick").boolean());
    CHECK(all.at(1).attributes == "{}");
}

TEST_CASE("a prompt lists its arguments and answers with messages") {
    host here;
    const std::string definition = here.definition("prompt", "review");
    CHECK(value(definition).at("arguments").at(0).text() ==
          R"({"name":"code","description":"What to review","required":true})");
    CHECK_FALSE(value(definition).at("arguments").at(1).at("required").boolean());

    const auto got = here.ask({.method = "prompts/get", .name = "review", .params = R"({"arguments":{"code":"x=1"}})"});
    CHECK(got.json == R"({"messages":[{"role":"user","content":{"type":"text","text":"Review: x=1"}},)"
                      R"({"role":"assistant","content":{"type":"image","data":"AAAA","mimeType":"image/png"}}],)"
                      R"("description":"A review"})");
}

TEST_CASE("a resource answers with contents") {
    host here;
    const auto got = here.ask({.method = "resources/read", .name = "test://plain"});
    CHECK(got.json == R"({"contents":[{"uri":"test://plain","mimeType":"text/plain",)"
                      R"("text":"plain text"},)"
                      R"({"uri":"test://plain","mimeType":"x/y","blob":"AA=="}]})");
}

TEST_CASE("P13: a resource template reads its uris, and a missing resource is -32002") {
    host here;
    const auto read = [&](const char* uri) { return here.ask({.method = "resources/read", .name = uri}); };
    const auto got = read("test://item/4%202/part/a/b");
    CHECK(got.value().at("contents").at(0).at("text").str() == "4 2|a/b");
    for (const char* uri : {"test://item/0/part/x",
                            "test://item//part/x",
                            "test://item/1/part/",
                            "test://item/1/2/part/x",
                            "test://other"}) {
        const auto missing = read(uri);
        CHECK(missing.code() == -32002);
        CHECK(missing.value().at("data").at("uri").str() == uri);
    }
}

TEST_CASE("a completion has the first 100 values and the total") {
    host here;
    const auto complete = [&](const char* type, const char* name) {
        const auto params =
            toolrack::json::object({{"ref", toolrack::json::object({{"type", type}})},
                                    {"argument", toolrack::json::object({{"name", "code"}, {"value", "ab"}})}});
        return here.ask({.method = "completion/complete", .name = name, .params = params.str()});
    };
    const auto many = complete("ref/prompt", "review");
    const value completion = many.value().at("completion");
    CHECK(completion.at("values").size() == 100);
    CHECK(completion.at("values").at(0).str() == "code=ab0");
    CHECK(completion.at("total").i64() == 120);
    CHECK(completion.at("hasMore").boolean());

    CHECK(complete("ref/prompt", "broken").json == R"({"completion":{"values":[],"total":0,"hasMore":false}})");
    CHECK(complete("ref/resource", "test://item/{id}/part/{+path}").is_done());
}

TEST_CASE("a feature has everything that was set in its definition") {
    using namespace toolrack;
    feature tool(feature::kind::tool, "t", [](call&) { return text(""); });
    tool.set("name", "t")
        .title("Once")
        .title("T")
        .output(object({{"n", integer()}}))
        .read_only()
        .destructive(false)
        .icon("data:,", "image/png", "48x48")
        .icon("https://example.com/i.svg")
        .scopes({"a:b"})
        .quick()
        .task("optional")
        .meta(json::object({{"k", 1}}));
    CHECK(tool.definition().str() ==
          R"({"name":"t","title":"T","outputSchema":{"type":"object","properties":{"n":)"
          R"({"type":"integer"}},"required":["n"]},"icons":[{"src":"data:,","mimeType":)"
          R"("image/png","sizes":["48x48"]},{"src":"https://example.com/i.svg"}],"_meta":{"k":1},)"
          R"("annotations":{"readOnlyHint":true,"destructiveHint":false}})");
    CHECK(tool.attributes().str() == R"({"scopes":["a:b"],"quick":true,"task":"optional"})");
}

TEST_CASE("schema builders produce JSON Schema") {
    using namespace toolrack;
    CHECK(object({}).closed().json().str() == R"({"type":"object","properties":{},"additionalProperties":false})");
    CHECK(string("s").min(1).max(9).pattern("^a").format("uri").json().str() ==
          R"({"type":"string","description":"s","minLength":1,"maxLength":9,"pattern":"^a",)"
          R"("format":"uri"})");
    CHECK(array(number().min(0.5)).max(3).json().str() ==
          R"({"type":"array","items":{"type":"number","minimum":0.5},"maxItems":3})");
    CHECK(enum_({"a", "b"}).default_value("a").json().str() == R"({"type":"string","enum":["a","b"],"default":"a"})");
    CHECK(object({{"x", optional(boolean())}, {"y", schema(R"({"const":1})")}}).json().str() ==
          R"({"type":"object","properties":{"x":{"type":"boolean"},"y":{"const":1}},)"
          R"("required":["y"]})");
    CHECK(string().with("x-mcp-header", "Region").json().str() == R"({"type":"string","x-mcp-header":"Region"})");
}

TEST_CASE("result builders produce MCP results") {
    using namespace toolrack;
    CHECK(text("a").also(audio("AA", "audio/wav")).also(resource_link("u:1", "n")).json() ==
          R"({"content":[{"type":"text","text":"a"},{"type":"audio","data":"AA","mimeType":)"
          R"("audio/wav"},{"type":"resource_link","uri":"u:1","name":"n"}]})");
    CHECK(embedded_text("u:1", "t").annotated(json::object({{"priority", 0.5}})).json() ==
          R"({"content":[{"type":"resource","resource":{"uri":"u:1","mimeType":"text/plain",)"
          R"("text":"t"},"annotations":{"priority":0.5}}]})");
    CHECK(structured(json::object({{"n", 1}})).json() ==
          R"({"content":[{"type":"text","text":"{\"n\":1}"}],"structuredContent":{"n":1}})");
    CHECK(text("no").as_error().json() == R"({"content":[{"type":"text","text":"no"}],"isError":true})");
    CHECK(input_required().with_state("s").json() == R"({"inputRequests":{},"state":"s"})");
}

TEST_CASE("a template that cannot be matched is rejected") {
    for (const char* text : {"a{", "a{?q}", "a{b,c}", "a{}", "{a:3}", "{{a}}"})
        CHECK_THROWS_AS(toolrack::uri_template(text), std::invalid_argument);
    CHECK(toolrack::uri_template("a{b}").match("ax").value().at(0).second == "x");
    CHECK_FALSE(toolrack::uri_template("a{b}c").match("axcd").has_value());
}
