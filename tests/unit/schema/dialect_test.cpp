#include "catch.hpp"
#include "schema/metaschema.hpp"
#include "schemas.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <memory>
#include <stdexcept>

using namespace toolrack::schema;

TEST_CASE("a schema without $schema is 2020-12") {
    CHECK_FALSE(fits(R"({"prefixItems": [{"type": "string"}]})", "[1]"));
    CHECK(fits(R"({"$schema": "http://json-schema.org/draft-07/schema#",
                   "prefixItems": [{"type": "string"}]})",
               "[1]"));
}

TEST_CASE("a compiled schema outlives its source") {
    auto memory = std::make_unique<boost::json::monotonic_resource>();
    auto text = boost::json::parse(R"({"enum": [{"a": ["some long text, kept on the heap"]}, "b"],
                                       "not": {"const": "b"}})",
                                   memory.get());
    const auto made = compile(text).value();
    text = nullptr;
    memory.reset();
    CHECK(made.check(parse(R"({"a": ["some long text, kept on the heap"]})")).empty());
    CHECK_FALSE(made.check(parse(R"("b")")).empty());
}

TEST_CASE("draft 7 ignores later keywords, even invalid ones") {
    CHECK(fits(R"({"$schema": "http://json-schema.org/draft-07/schema#", "unevaluatedItems": 42,
                   "dependentRequired": 1, "minContains": -1})",
               "[1]"));
}

TEST_CASE("an error in a schema names its place and the expected value") {
    CHECK(refusal(R"({"properties": {"limit": {"type": "int"}}})") ==
          "/properties/limit/type: unknown type \"int\", expected \"array\", \"boolean\", "
          "\"integer\", \"null\", \"number\", \"object\" or \"string\"");
    CHECK(refusal(R"({"minimum": "1"})") == "/minimum: expected a number, found \"1\"");
    CHECK(refusal(R"({"minLength": -1})") == "/minLength: expected an integer of at least 0, found -1");
    CHECK(refusal(R"({"minItems": 1.5})") == "/minItems: expected an integer of at least 0, found 1.5");
    CHECK(refusal(R"({"multipleOf": 0})") == "/multipleOf: not greater than 0, expected a number greater than 0");
    CHECK(refusal(R"({"required": "who"})") == "/required: expected an array of names, found \"who\"");
    CHECK(refusal(R"({"required": [1]})") == "/required: expected a name, found 1");
    CHECK(refusal(R"({"properties": {"a": 1}})") == "/properties/a: not a schema, expected an object or a boolean");
    CHECK(refusal(R"({"properties": []})") == "/properties: not an object, expected an object of schemas");
    CHECK(refusal(R"({"anyOf": []})") == "/anyOf: empty, expected at least one schema");
    CHECK(refusal(R"({"uniqueItems": 1})") == "/uniqueItems: expected true or false, found 1");
    CHECK(refusal(R"({"$id": 5})") == "/$id: not a string, expected a string");
    CHECK(refusal("7") == "not a schema, expected an object or a boolean");
}

TEST_CASE("rules of the metaschema are checked") {
    CHECK(refusal(R"({"title": 5})") == "/title: expected a string, found 5");
    CHECK(refusal(R"({"$defs": {"a": {"description": []}}})") ==
          "/$defs/a/description: expected a string, found an array of 0 items");
    CHECK(refusal(R"({"required": ["a", "a"]})") ==
          "/required: expected items that are all different, found \"a\" at both 0 and 1");
    CHECK(refusal(R"({"$schema": "http://json-schema.org/draft-07/schema", "readOnly": 1})") ==
          "/readOnly: expected true or false, found 1");
}

TEST_CASE("the metaschemas are valid against themselves and can be referred to") {
    for (const auto& [uri, document] : metaschemas()) {
        INFO(uri);
        CHECK(compile(document).has_value());
    }
    constexpr auto schema = R"({"$ref": "https://json-schema.org/draft/2020-12/schema"})";
    CHECK(fits(schema, R"({"type": "string"})"));
    CHECK_FALSE(fits(schema, R"({"properties": {"a": {"type": "int"}}})"));
    CHECK_FALSE(fits(R"({"$ref": "http://json-schema.org/draft-07/schema#"})", R"({"type": 1})"));
}

TEST_CASE("nothing is fetched") {
    CHECK(refusal(R"({"items": {"$ref": "https://example.com/a.json"}})") ==
          "/items/$ref: leads nowhere: \"https://example.com/a.json\", expected a schema inside this "
          "document; nothing is fetched");
    CHECK_FALSE(refusal(R"({"$ref": "#/$defs/none"})").empty());
    CHECK_FALSE(refusal(R"({"$ref": "#none"})").empty());
    CHECK_FALSE(refusal(R"({"$defs": {"unused": {"$ref": "#none"}}})").empty());
    CHECK_FALSE(refusal(R"({"prefixItems": [{}], "$ref": "#/prefixItems/01x"})").empty());
}

TEST_CASE("a document of the registry can be referred to, and its errors name it") {
    const registry others{{"https://example.com/a", parse(R"({"type": "string"})")},
                          {"https://example.com/b", parse(R"({"items": {"type": "int"}})")}};
    const auto made = compile(parse(R"({"$ref": "https://example.com/a"})"), {}, others);
    CHECK(made->check(parse("\"x\"")).empty());
    CHECK_FALSE(made->check(parse("1")).empty());
    const auto bad = compile(parse(R"({"$ref": "https://example.com/b"})"), {}, others);
    CHECK(bad.error().pointer == "https://example.com/b#/items/type");
}

TEST_CASE("an unknown dialect is refused, and so is an unknown required vocabulary") {
    CHECK(refusal(R"({"$schema": "http://json-schema.org/draft-04/schema#"})") ==
          "/$schema: unknown dialect \"http://json-schema.org/draft-04/schema#\", expected "
          "\"https://json-schema.org/draft/2020-12/schema\" or "
          "\"http://json-schema.org/draft-07/schema#\"");
    const registry others{{"https://example.com/m", parse(R"({"$vocabulary": {"https://example.com/units": true}})")}};
    const auto made = compile(parse(R"({"$schema": "https://example.com/m"})"), {}, others);
    CHECK(made.error().text() ==
          "/$schema: needs the vocabulary \"https://example.com/units\", which is not known here");
}

TEST_CASE("the metaschema of a vocabulary can be a $schema") {
    CHECK(fits(R"({"$schema": "https://json-schema.org/draft/2020-12/meta/applicator",
                   "properties": {"a": {"type": "string"}}})",
               R"({"a": 1})"));
}

TEST_CASE("two schemas or anchors of one name are refused") {
    CHECK_FALSE(refusal(R"({"$defs": {"a": {"$id": "x:y"}, "b": {"$id": "x:y"}}})").empty());
    CHECK_FALSE(refusal(R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})").empty());
}

TEST_CASE("the value of a refused schema is an exception with the sentence") {
    try {
        ready(R"({"type": 5})");
        FAIL("not refused");
    } catch (const std::runtime_error& e) {
        CHECK(std::string(e.what()).starts_with("/type: unknown type 5"));
    }
}
