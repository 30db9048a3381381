#include "catch.hpp"
#include "schemas.hpp"

using namespace toolrack::schema;

TEST_CASE("a fault has the place, the expected and the found value") {
    constexpr auto schema = R"({"properties": {
        "limit": {"type": "integer", "maximum": 100},
        "price": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01},
        "order": {"enum": ["asc", "desc"]},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 3},
        "kind": {"const": "page"},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "when": {"type": ["string", "null"]},
        "a/b": {"type": "boolean"}
    }})";
    CHECK(said(schema, R"({"limit": 250})") == "arguments/limit: expected an integer of at most 100, found 250");
    CHECK(said(schema, R"({"limit": "ten"})") == "arguments/limit: expected an integer of at most 100, found \"ten\"");
    CHECK(said(schema, R"({"price": 0.005})") == "arguments/price: expected a number greater than "
                                                 "0 and that is a multiple of 0.01, found 0.005");
    CHECK(said(schema, R"({"order": "up"})") == "arguments/order: expected one of \"asc\", \"desc\", found \"up\"");
    CHECK(said(schema, R"({"tags": ["ok", "x"]})") ==
          "arguments/tags/1: expected a string of at least 2 characters, found \"x\" of 1 character");
    CHECK(said(schema, R"({"tags": ["aa", "bb", "cc", "dd"]})") ==
          "arguments/tags: expected an array of at most 3 items, found an array of 4 items");
    CHECK(said(schema, R"({"kind": 1})") == "arguments/kind: expected \"page\", found 1");
    CHECK(said(schema, R"({"code": "x"})") == "arguments/code: expected a string matching ^[A-Z]+$, found \"x\"");
    CHECK(said(schema, R"({"when": 5.5})") == "arguments/when: expected a string or null, found 5.5");
    CHECK(said(schema, R"({"a/b": {}})") == "arguments/a~1b: expected true or false, found an object of 0 members");
    CHECK(said(R"({"type": "object"})", "[1]") == "arguments: expected an object, found an array of 1 item");
    CHECK(said("false", "1") == "arguments: expected nothing here, found 1");
}

TEST_CASE("a missing property is named with its expected value") {
    constexpr auto schema = R"({"required": ["who"], "properties": {"who": {"type": "string"}}})";
    CHECK(said(schema, "{}") == "arguments: missing required property \"who\" (string)");
    CHECK(said(R"({"required": ["who"]})", "{}") == "arguments: missing required property \"who\"");
    CHECK(said(R"({"required": ["who"], "properties": {"who": true}})", "{}") ==
          "arguments: missing required property \"who\"");
    CHECK(said(R"({"dependentRequired": {"from": ["to"]}})", R"({"from": 1})") ==
          "arguments: missing property \"to\", required beside \"from\"");
}

TEST_CASE("an unexpected property is reported with the expected ones") {
    CHECK(said(R"({"properties": {"limit": {}, "query": {}}, "additionalProperties": false})", R"({"lmit": 1})") ==
          "arguments: unexpected property \"lmit\", expected only \"limit\", \"query\"");
    CHECK(said(R"({"patternProperties": {"^x-": {}}, "additionalProperties": false})", R"({"y": 1})") ==
          "arguments: unexpected property \"y\", expected only names matching ^x-");
    CHECK(said(R"({"additionalProperties": false})", R"({"y": 1})") ==
          "arguments: unexpected property \"y\", expected none");
    CHECK(said(R"({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": false})", R"({"a": 1, "b": 2})") ==
          "arguments: unexpected property \"b\"");
    CHECK(said(R"({"propertyNames": {"maxLength": 3}})", R"({"long": 1})") ==
          "arguments: unexpected property name \"long\", expected a string of at most 3 characters");
}

TEST_CASE("faults in arrays are described in words") {
    CHECK(said(R"({"uniqueItems": true})", "[1, 2, 1.0]") ==
          "arguments: expected items that are all different, found 1 at both 0 and 2");
    CHECK(said(R"({"contains": {"type": "string"}})", "[1]") ==
          "arguments: expected at least 1 item to be a string, found 0");
    CHECK(said(R"({"contains": {"type": "integer"}, "maxContains": 1})", "[1, 2]") ==
          "arguments: expected at most 1 item to be an integer, found 2 or more");
    CHECK(said(R"({"prefixItems": [{}], "items": false})", "[1, 2]") ==
          "arguments: expected an array of at most 1 item, found an array of 2 items");
}

TEST_CASE("among alternatives, the most likely one is reported") {
    constexpr auto nullable = R"({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]})";
    CHECK(said(nullable, "0") == "arguments: expected an integer of at least 1, found 0");
    CHECK(said(nullable, "\"x\"") == "arguments: expected an integer of at least 1 or null, found \"x\"");

    constexpr auto shapes = R"({"$defs": {
            "circle": {"type": "object", "required": ["r"],
                       "properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}},
            "square": {"type": "object", "required": ["side"],
                       "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}}},
        "oneOf": [{"$ref": "#/$defs/circle"}, {"$ref": "#/$defs/square"}]})";
    CHECK(said(shapes, R"({"kind": "square", "r": 1})") == "arguments: missing required property \"side\" (number)");
    CHECK(said(R"({"oneOf": [{"type": "integer"}, {"minimum": 0}]})", "1") ==
          "arguments: expected exactly one of 2 alternatives to fit, found 2 that fit 1");
    CHECK(said(R"({"not": {"type": "string"}})", "\"x\"") == "arguments: expected anything but a string, found \"x\"");
    CHECK(said(R"({"if": {"type": "string"}, "then": {"minLength": 2}})", "\"x\"") ==
          "arguments: expected a string of at least 2 characters, found \"x\" of 1 character");
}

TEST_CASE("several faults are reported, up to a limit") {
    constexpr auto schema = R"({"items": {"type": "string"}})";
    CHECK(ready(schema).check(parse("[1, 2, 3]")).size() == 3);
    CHECK(ready(schema).check(parse("[1, 2, 3, 4, 5, 6, 7]")).size() == 5);
    CHECK(ready(schema, {.faults = 2}).check(parse("[1, 2, 3]")).size() == 2);
}

TEST_CASE("a sentence never repeats a long value") {
    const std::string longest(100'000, 'x');
    for (const auto& instance : {"\"" + longest + "\"",
                                 "{\"" + longest + "\": 1}",
                                 "{\"b\": {\"" + longest + "\": 1}}",
                                 "[\"\\u0001" + longest + "\"]"}) {
        const auto all = said(R"({"type": "object", "additionalProperties": {"type": "object",
                                  "additionalProperties": {"type": "string"}}})",
                              instance);
        CHECK(!all.empty());
        CHECK(all.size() < 250);
    }
}

TEST_CASE("a sentence is one line, whatever the value") {
    CHECK(said(R"({"additionalProperties": {"type": "string"}})", R"({"a\nb": 1})") ==
          "arguments/a?b: expected a string, found 1");
    CHECK(said(R"({"type": "null"})", R"("a\nb")") == R"(arguments: expected null, found "a\nb")");
}

TEST_CASE("a wrong type is reported before other faults") {
    CHECK(said(R"({"type": "string", "anyOf": [{"not": {"const": ""}}, true]})", "5") ==
          "arguments: expected a string, found 5");
}

TEST_CASE("truncation never splits a character") {
    std::string text;
    for (int i = 0; i != 60; ++i) text += "\xC3\xA9";
    const auto sentence = said("false", "\"a" + text + "\"");
    CHECK(sentence.find("\xC3...") == std::string::npos);
}

TEST_CASE("without a root, a sentence begins with the path") {
    const auto faults = ready(R"({"items": {"type": "null"}})").check(parse("[1]"));
    CHECK(faults.at(0).pointer == "/0");
    CHECK(faults.at(0).sentence() == "0: expected null, found 1");
    CHECK(ready("false").check(parse("1")).at(0).sentence() == "expected nothing here, found 1");
}
