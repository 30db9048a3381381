#include "catalog/param_headers.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "captured_log.hpp"
#include "catalog/definition.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using catalog::param_header;
using field = wire::mirrored::field;

namespace {

result<std::vector<param_header>, complaint> read(const std::string& schema) {
    REQUIRE_FALSE(wire::check_json(schema));
    return catalog::read_param_headers(json::value(schema));
}

std::string schema_refusal(const std::string& schema) {
    const auto made = read(schema);
    return made ? std::string() : made.error().why();
}

// A schema for objects with these properties.
std::string with(const std::string& properties) { return R"({"type":"object","properties":{)" + properties + "}}"; }

// What is said of a call of a tool that mirrors name (string), count (integer), sure (boolean) and deep.er.
std::string said(const std::string& arguments, const std::vector<field>& shown) {
    static const auto mirrored = *read(with(R"("name":{"type":"string","x-mcp-header":"Name"},
        "count":{"type":"integer","x-mcp-header":"Count"},"sure":{"type":"boolean","x-mcp-header":"Sure"},
        "deep":{"type":"object","properties":{"er":{"type":"string","x-mcp-header":"Deeper"}}},)"
                                            R"("other":{"type":"string"})"));
    REQUIRE_FALSE(wire::check_json(arguments));
    return catalog::params_disagree(mirrored, json::value(arguments), shown).value_or("");
}

std::string said_of_name(const std::string& name, const std::string& shown) {
    return said(R"({"name":")" + name + "\"}", {{"Name", shown}});
}
bool is_count(const std::string& body, const std::string& shown) {
    return said(R"({"count":)" + body + "}", {{"Count", shown}}).empty();
}

constexpr auto misplaced =
    " is not allowed there: only a property of the inputSchema, or of an object property, can have one";

}  // namespace

TEST_CASE("a schema without annotations has no mirrored headers") {
    CHECK(read(R"({"type":"object"})")->empty());
    CHECK(read(with(R"("a":{"type":"string"},"b":true)"))->empty());
}

TEST_CASE("annotated properties are found at any depth, in order, with their names unchanged") {
    const auto found = read(with(R"("region":{"type":"string","x-mcp-header":"Region"},"plain":{"type":"integer"},
        "a":{"type":"object","properties":{"b":{"properties":{)"
                                 R"("c d":{"type":"boolean","x-mcp-header":"!#$%&'*+-.^_`|~9"}}}}},
        "\u006e":{"type":"integer","x-mcp-header":"Meth\u006fd"})"));
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 3);
    CHECK((*found)[0].name == "Region");
    CHECK((*found)[0].path == std::vector<std::string>{"region"});
    CHECK((*found)[1].name == "!#$%&'*+-.^_`|~9");
    CHECK((*found)[1].path == std::vector<std::string>{"a", "b", "c d"});
    CHECK((*found)[2].name == "Method");
    CHECK((*found)[2].path == std::vector<std::string>{"n"});
}

TEST_CASE("a property may have the name of the annotation, and be annotated") {
    CHECK(read(with(R"("x-mcp-header":{"type":"string"})"))->empty());
    const auto found = read(with(R"("x-mcp-header":{"type":"string","x-mcp-header":"X"},)"
                                 R"("properties":{"properties":{"properties":{"type":"string"}}})"));
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    CHECK((*found)[0].path == std::vector<std::string>{"x-mcp-header"});
    CHECK(read(R"({"$defs":{"x-mcp-header":{"type":"string"}},"items":{"properties":{"x-mcp-header":{}}}})")->empty());
}

TEST_CASE("an annotation inside a value is ignored") {
    CHECK(read(with(R"("a":{"default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":"A"}],)"
                    R"("const":{"x-mcp-header":1},"enum":[{"x-mcp-header":""}],"x-note":{"x-mcp-header":"A"}})"))
              ->empty());
}

TEST_CASE("a value that is not valid in a header name is refused") {
    for (const char* name : {R"("")",
                             R"(" ")",
                             R"("My Region")",
                             R"("Region:Primary")",
                             R"("Région")",
                             R"("Region\t1")",
                             R"("a\r\nb")",
                             R"("a\u0000")",
                             R"("a\u007f")",
                             R"("a/b")",
                             R"x("a(b)")x",
                             R"("\"")",
                             "5",
                             "null",
                             "true",
                             "[\"A\"]",
                             R"({"type":"string"})"}) {
        CAPTURE(name);
        const auto why = schema_refusal(with(std::string(R"("a":{"type":"string","x-mcp-header":)") + name + "}"));
        CHECK(why.find(R"(its x-mcp-header at "/properties/a" is )") == 0);
        CHECK(
            why.ends_with(" and cannot be part of a header name: expected letters, digits and characters such as '-'"));
        CHECK(why.find_first_of("\r\n\t") == std::string::npos);
    }
}

TEST_CASE("only strings, integers and booleans can be mirrored") {
    for (const char* type : {R"("type":"number",)",
                             R"("type":"object",)",
                             R"("type":"array",)",
                             R"("type":"null",)",
                             R"("type":["string","null"],)",
                             R"("enum":["a"],)",
                             R"("$ref":"#/$defs/a",)",
                             ""}) {
        CAPTURE(type);
        CHECK(schema_refusal(with("\"a\":{" + std::string(type) + R"("x-mcp-header":"A"})")) ==
              R"(its x-mcp-header at "/properties/a" belongs to a property whose type is not "string", )"
              R"("integer" or "boolean")");
    }
}

TEST_CASE("two properties cannot share a header, ignoring case") {
    for (const char* other : {"Region", "REGION", "region"})
        CHECK(schema_refusal(with(R"("a":{"type":"string","x-mcp-header":"Region"},)"
                                  R"("b":{"properties":{"c":{"type":"string","x-mcp-header":")" +
                                  std::string(other) + "\"}}}")) == "two of its properties have the x-mcp-header \"" +
                                                                        std::string(other) +
                                                                        "\"; header names are case-insensitive");
}

TEST_CASE("an annotation outside of properties is refused with its place") {
    const std::string marked = R"({"type":"string","x-mcp-header":"A"})";
    for (const auto& [schema, where] : {
             std::pair{R"({"x-mcp-header":"A"})", ""},
             {R"({"items":@})", "/items"},
             {R"({"items":[true,@]})", "/items/1"},
             {R"({"prefixItems":[@]})", "/prefixItems/0"},
             {R"({"additionalItems":@})", "/additionalItems"},
             {R"({"contains":@})", "/contains"},
             {R"({"unevaluatedItems":@})", "/unevaluatedItems"},
             {R"({"additionalProperties":@})", "/additionalProperties"},
             {R"({"unevaluatedProperties":@})", "/unevaluatedProperties"},
             {R"({"patternProperties":{"^x":@}})", "/patternProperties/^x"},
             {R"({"propertyNames":@})", "/propertyNames"},
             {R"({"oneOf":[@]})", "/oneOf/0"},
             {R"({"anyOf":[{"properties":{"a":@}}]})", "/anyOf/0/properties/a"},
             {R"({"allOf":[@]})", "/allOf/0"},
             {R"({"not":@})", "/not"},
             {R"({"if":@})", "/if"},
             {R"({"then":{"properties":{"a":@}}})", "/then/properties/a"},
             {R"({"else":@})", "/else"},
             {R"({"$defs":{"a":@}})", "/$defs/a"},
             {R"({"definitions":{"a":@}})", "/definitions/a"},
             {R"({"dependentSchemas":{"a":@}})", "/dependentSchemas/a"},
             {R"({"dependencies":{"b":["a"],"a":@}})", "/dependencies/a"},
             {R"({"contentSchema":@})", "/contentSchema"},
             {R"({"properties":{"list":{"type":"array","items":{"properties":{"a":@}}}}})",
              "/properties/list/items/properties/a"},
             {R"({"properties":{"a":{"allOf":[@]}}})", "/properties/a/allOf/0"},
         }) {
        std::string text = schema;
        if (const auto at = text.find('@'); at != std::string::npos) text.replace(at, 1, marked);
        CAPTURE(text);
        CHECK(schema_refusal(text) == "its x-mcp-header at \"" + std::string(where) + '"' + misplaced);
    }
}

TEST_CASE("headers that equal the arguments are accepted") {
    CHECK(said("{}", {}) == "");
    CHECK(said(R"({"other":"x"})", {}) == "");
    CHECK(said(R"({"name":"us-west1","count":42,"sure":true,"deep":{"er":"x y"}})",
               {{"Sure", "true"}, {"name", "us-west1"}, {"COUNT", "42"}, {"deeper", "x y"}, {"Unknown", "x"}}) == "");
    CHECK(said(R"({"sure":false})", {{"Sure", "false"}}) == "");
    CHECK(said_of_name("", "") == "");
    CHECK(said_of_name("\\u0061\\\"", "a\"") == "");
}

TEST_CASE("headers in Base64 are decoded, strictly, before they are compared") {
    CHECK(said_of_name("Hello", "=?base64?SGVsbG8=?=") == "");
    CHECK(said_of_name("SGVsbG8=", "SGVsbG8=") == "");
    CHECK(said_of_name("=?base64?SGVsbG8=", "=?base64?SGVsbG8=") == "");
    CHECK(said_of_name("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?=") == "");
    CHECK(said_of_name("line1\\nline2", "=?base64?bGluZTEKbGluZTI=?=") == "");
    CHECK(said_of_name("",
                       "=?base64?"
                       "?=") == "");
    CHECK(is_count("42", "=?base64?NDI=?="));
    for (const char* odd : {"=?base64?SGVsbG8?=", "=?base64?SGVs!!!bG8=?="})
        CHECK(said_of_name("Hello", odd) == "Header mismatch: the value of Mcp-Param-Name is not valid Base64.");
    CHECK(said_of_name("=?base64?SGVsbG8=?=", "=?base64?SGVsbG8=?=") ==
          R"(Header mismatch: Mcp-Param-Name says "Hello" and params.arguments.name "=?base64?SGVsbG8=?=".)");
}

TEST_CASE("the error for a header that differs from the argument shows both") {
    CHECK(said_of_name("eu", "us") == R"(Header mismatch: Mcp-Param-Name says "us" and params.arguments.name "eu".)");
    CHECK(said_of_name("eu", "EU") == R"(Header mismatch: Mcp-Param-Name says "EU" and params.arguments.name "eu".)");
    CHECK(said_of_name("eu", "") == R"(Header mismatch: Mcp-Param-Name says "" and params.arguments.name "eu".)");
    CHECK(said(R"({"sure":true})", {{"Sure", "True"}}) ==
          R"(Header mismatch: Mcp-Param-Sure says "True" and params.arguments.sure "true".)");
    CHECK(said(R"({"deep":{"er":"a"}})", {{"Deeper", "b"}}) ==
          R"(Header mismatch: Mcp-Param-Deeper says "b" and params.arguments.deep.er "a".)");
    const auto long_one = said_of_name(std::string(5000, 'n') + "\\n", "=?base64?" + std::string(4000, 'A') + "?=");
    CHECK(long_one.size() < 400);
    CHECK(long_one.find('\n') == std::string::npos);
}

TEST_CASE("the error for a missing header says what to send") {
    CHECK(said(R"({"name":"us-west1"})", {}) ==
          "Header mismatch: the header Mcp-Param-Name is missing; send the value of params.arguments.name in it.");
    CHECK(said(R"({"name":"x","count":0})", {{"Name", "x"}, {"Cou", "0"}, {"Counter", "0"}}) ==
          "Header mismatch: the header Mcp-Param-Count is missing; send the value of params.arguments.count in it.");
    CHECK_FALSE(said(R"({"sure":false})", {}).empty());
    CHECK_FALSE(said(R"({"name":""})", {}).empty());
}

TEST_CASE("the error for a header without an argument says to omit it") {
    for (const char* arguments : {"{}",
                                  R"({"deep":null})",
                                  R"({"deep":{}})",
                                  R"({"deep":{"er":null}})",
                                  R"({"deep":"er"})",
                                  R"({"deep.er":"x"})",
                                  R"({"er":"x"})",
                                  R"({"deep":[{"er":"x"}]})",
                                  "null"}) {
        CAPTURE(arguments);
        CHECK(said(arguments, {}) == "");
        CHECK(
            said(arguments, {{"Deeper", "x"}}) ==
            "Header mismatch: params.arguments.deep.er has no value, but the request has the header Mcp-Param-Deeper; "
            "leave the header out.");
    }
}

TEST_CASE("arguments of other types are left to the schema") {
    for (const char* arguments : {R"({"name":["a"]})", R"({"name":{"a":1}})"}) {
        CHECK(said(arguments, {}) == "");
        CHECK_FALSE(said(arguments, {{"Name", "a"}}).empty());
    }
    CHECK(said(R"({"name":5})", {{"Name", "5"}}) == "");
    CHECK(said(R"({"count":"x"})", {{"Count", "x"}}) == "");
    CHECK(is_count("4.5", "4.5"));
    CHECK_FALSE(is_count("4.5", "4"));
}

TEST_CASE("integers are compared as numbers") {
    for (const auto& [body, shown] : {std::pair{"42", "42"},
                                      {"42", "42.0"},
                                      {"42.0", "42"},
                                      {"4.2e1", "42"},
                                      {"-7", "-7.000"},
                                      {"0", "-0"},
                                      {"-0", "0"},
                                      {"42", "042"},
                                      {"9007199254740991", "9007199254740991"},
                                      {"-9007199254740991", "-9007199254740991.0"}}) {
        CAPTURE(body, shown);
        CHECK(is_count(body, shown));
    }
    for (const auto& [body, shown] : {std::pair{"42", "43"},
                                      {"42", "42.5"},
                                      {"42", "42.00000000000000000001"},
                                      {"42", "+42"},
                                      {"42", " 42"},
                                      {"42", "42 "},
                                      {"42", "0x2a"},
                                      {"42", "4.2e1"},
                                      {"42", "42."},
                                      {"0", ".0"},
                                      {"0", ""},
                                      {"0", "-"},
                                      {"42", "4\t2"},
                                      {"42", "42,0"},
                                      {"1", "true"},
                                      {"1", "18446744073709551617"},
                                      {"9007199254740991", "9007199254740990"}}) {
        CAPTURE(body, shown);
        CHECK_FALSE(is_count(body, shown));
    }
}

TEST_CASE("an integer that JavaScript would round is refused, with or without its header") {
    for (const std::string body :
         {"9007199254740992", "-9007199254740992", "9007199254740993", "1e30", "18446744073709551616", "1e-999"}) {
        CAPTURE(body);
        const auto why = "Header mismatch: params.arguments.count exceeds 2^53 - 1, the limit for Mcp-Param-Count; "
                         "send a smaller number.";
        CHECK(said(R"({"count":)" + body + "}", {{"Count", body}}) == why);
        CHECK(said(R"({"count":)" + body + "}", {}) == why);
    }
}

TEST_CASE("a header with invalid bytes is refused, even when the argument has them") {
    for (const char* value : {"世界",
                              "\x80",
                              "a\x7F"
                              "b"}) {
        CHECK(
            catalog::params_disagree(
                {{"Name", {"name"}}}, json::value(R"({"name":"世界"})"), std::vector<field>{{"Name", value}}) ==
            "Header mismatch: the value of Mcp-Param-Name has characters that are not allowed in a header; send it as "
            "=?base64?...?= (Base64 of its UTF-8).");
    }
}

TEST_CASE("a tool without mirrored arguments checks no header") {
    CHECK_FALSE(catalog::params_disagree({}, json::value(R"({"a":1})"), std::vector<field>{{"A", "2"}, {"B", "\xFF"}}));
}

TEST_CASE("a tool has its mirrored arguments, and is not served with invalid annotations") {
    test::captured_log log;
    const auto from = test::instance_of(test::shipped("echo"), test::settings_named("orders"), log);
    const auto tool = [&](const std::string& type) {
        const auto schema = with(R"("a":{"type":")" + type + R"(","x-mcp-header":"A"})");
        return catalog::read_tool({"tool", R"({"name":"x","inputSchema":)" + schema + "}", ""}, from);
    };
    const auto good = tool("string"), bad = tool("number");
    REQUIRE(good.has_value());
    REQUIRE(good->mirrored.size() == 1);
    CHECK(good->mirrored[0].name == "A");
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().why() ==
          R"(its x-mcp-header at "/properties/a" belongs to a property whose type is not "string", )"
          R"("integer" or "boolean")");
}
