// Definitions of resources and of resource templates, as a plugin gives them.
#include <string>
#include <vector>

#include "catch.hpp"
#include "instance_fixture.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using test::instance_fixture;

namespace {

result<catalog::resource, complaint>
read_resource(const instance_fixture& by, const std::string& definition, const std::string& attributes = "") {
    return catalog::read_resource({"resource", definition, attributes}, by.from);
}
std::string resource_refusal(const std::string& definition, const std::string& attributes = "") {
    const instance_fixture one;
    const auto made = read_resource(one, definition, attributes);
    return made ? std::string() : made.error().why();
}
std::string template_refusal(const std::string& definition) {
    const instance_fixture one;
    const auto made = catalog::read_template({"template", definition, ""}, one.from);
    return made ? std::string() : made.error().why();
}

std::string at(const std::string& uri) { return R"({"uri":")" + uri + R"(","name":"n"})"; }
std::string of(const std::string& pattern) { return R"({"uriTemplate":")" + pattern + R"(","name":"n"})"; }

constexpr auto no_uri_end = "\" is not a URI of at most 2048 characters";

}  // namespace

TEST_CASE("a resource keeps its definition, on one line") {
    const instance_fixture one;
    const auto resource = read_resource(
        one, "{\"name\":\"n\",\n\"uri\":\"a:\\u0062\",\r\n\"mimeType\":\"x/y\",\"size\":7}", R"({"quick":true})");
    REQUIRE(resource.has_value());
    CHECK(resource->name == "a:b");
    CHECK(resource->own_name == "a:b");
    CHECK(resource->quick);
    CHECK(resource->from == one.from);
    CHECK_FALSE(wire::check_json(resource->definition));
    CHECK(resource->definition.find_first_of("\r\n") == std::string::npos);
    const json::value said(resource->definition);
    CHECK(said.size() == 4);
    CHECK(said.at("uri").str() == "a:b");
    CHECK(said.at("name").str() == "n");
    CHECK(said.at("size").i64() == 7);
}

TEST_CASE("a prefix changes neither the uri of a resource nor its name") {
    const instance_fixture one("p_");
    const auto resource = read_resource(one, at("a:b"));
    CHECK(resource->name == "a:b");
    CHECK(json::value(resource->definition).at("name").str() == "n");
    const auto pattern = catalog::read_template({"template", of("a:{b}"), ""}, one.from);
    CHECK(pattern->name == "a:{b}");
}

TEST_CASE("a URI has a scheme, a rest, and no white space") {
    for (const auto& uri : std::vector<std::string>{
             "a:b", "a:", "file:///etc/passwd", "urn:x:y", "x-y+z.1://ö/ü?a=b#c", "a:" + std::string(2046, 'x')})
        CHECK(resource_refusal(at(uri)).empty());
    for (const auto& uri : std::vector<std::string>{"",
                                                    "a",
                                                    "/a/b",
                                                    ":b",
                                                    "://b",
                                                    "a: b",
                                                    "a:b ",
                                                    " a:b",
                                                    "a:\\n",
                                                    "a:\\u0000",
                                                    "a:\\u007f",
                                                    "a:" + std::string(2047, 'x')}) {
        const auto why = resource_refusal(at(uri));
        CAPTURE(uri, why);
        CHECK(why.ends_with(no_uri_end));
        CHECK(why.size() < 250);
    }
}

TEST_CASE("a resource has a URI and a name, both strings") {
    for (const char* odd : {"{}",
                            R"({"name":"n"})",
                            R"({"uri":1,"name":"n"})",
                            R"({"uri":null,"name":"n"})",
                            R"({"uriTemplate":"a:b","name":"n"})"})
        CHECK(resource_refusal(odd) == "its definition has no string \"uri\"");
    for (const char* odd : {R"({"uri":"a:b"})", R"({"uri":"a:b","name":1})", R"({"uri":"a:b","name":null})"})
        CHECK(resource_refusal(odd) == "its definition has no string \"name\"");
    CHECK(resource_refusal(R"({"uri":"a:b","name":"any words, ünd so"})").empty());
}

TEST_CASE("an invalid definition of a resource is refused like that of a tool") {
    CHECK(resource_refusal("{") == "its definition is not acceptable: it is not valid JSON");
    CHECK(resource_refusal("[]") == "its definition is not a JSON object");
    CHECK(resource_refusal(R"({"uri":"a:b","name":"n","description":[]})") == "its \"description\" is not a string");
    CHECK(resource_refusal(at("a:b"), "1") == "its attributes are not a JSON object");
}

TEST_CASE("a template matches its URIs") {
    const instance_fixture one;
    const auto pattern = catalog::read_template({"template", of("a:{b}/{+c}"), ""}, one.from);
    REQUIRE(pattern.has_value());
    CHECK(pattern->name == "a:{b}/{+c}");
    CHECK(pattern->pattern.match("a:x/y/z"));
    CHECK_FALSE(pattern->pattern.match("a:x"));
    CHECK(json::value(pattern->definition).at("uriTemplate").str() == "a:{b}/{+c}");
}

TEST_CASE("the error for an invalid template says what is allowed") {
    CHECK(template_refusal(of("a:{b")) == "the resource template has a { without a }");
    for (const char* odd : {"a:{}", "a:{+}", "a:{*}", "a:{?b}", "a:{b,c}", "a:{b:3}", "a:{#b}", "a:{/b}", "a:{{b}"})
        CHECK(template_refusal(of(odd)) == "a resource template may contain only {name}, {+name} and {name*}");
    CHECK(template_refusal(of("{b}")).ends_with(no_uri_end));  // without a scheme it could be anything
    CHECK(template_refusal(at("a:b")) == "its definition has no string \"uriTemplate\"");
    CHECK(template_refusal(R"({"uriTemplate":"a:{b}"})") == "its definition has no string \"name\"");
}
