#include "catalog/definition.hpp"

#include <boost/json/parse.hpp>
#include <toolrack/json.hpp>

#include <string>
#include <vector>

#include "catch.hpp"
#include "instance_fixture.hpp"
#include "wire/json.hpp"

using namespace toolrack;

namespace {

struct tool_fixture : test::instance_fixture {
    using test::instance_fixture::instance_fixture;

    result<catalog::tool, complaint> read(const std::string& definition, const std::string& attributes = "") {
        return catalog::read_tool({"tool", definition, attributes}, from);
    }
    std::string refused(const std::string& definition, const std::string& attributes = "") {
        const auto made = read(definition, attributes);
        return made ? std::string() : made.error().why();
    }
};

std::string named(const std::string& name) { return R"({"name":")" + name + R"(","inputSchema":{"type":"object"}})"; }
std::string with_input(const std::string& schema) { return R"({"name":"x","inputSchema":)" + schema + "}"; }

constexpr auto bad_name_end = " is invalid: a name has 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'";

}  // namespace

TEST_CASE("a valid definition is kept unchanged") {
    tool_fixture one;
    const auto tool = one.read("{\n  \"title\": \"X\",\r\n  \"name\": \"get_x\",\n"
                               " \"inputSchema\": {\"type\": \"object\", \"x-mine\": [1, 2]},\n"
                               "  \"description\": \"a\\nb\", \"_meta\": {\"k\": null}\n}");
    REQUIRE(tool.has_value());
    CHECK(tool->name == "get_x");
    CHECK(tool->own_name == "get_x");
    CHECK(tool->from == one.from);
    CHECK_FALSE(tool->quick);
    CHECK_FALSE(wire::check_json(tool->definition));
    CHECK(tool->definition.find_first_of("\r\n") == std::string::npos);
    const json::value said(tool->definition);
    CHECK(said.size() == 5);
    CHECK(said.at("title").str() == "X");
    CHECK(said.at("description").str() == "a\nb");
    CHECK(said.at("inputSchema").at("x-mine").at(1).i64() == 2);
    CHECK(said.at("_meta").at("k").is_null());
}

TEST_CASE("the prefix is added to the public name, and not to the name that the plugin gets") {
    tool_fixture one("orders_");
    const auto tool = one.read(named("get"));
    REQUIRE(tool.has_value());
    CHECK(tool->name == "orders_get");
    CHECK(tool->own_name == "get");
    CHECK(json::value(tool->definition).at("name").str() == "orders_get");
}

TEST_CASE("names of every allowed character are valid") {
    tool_fixture one;
    for (const auto& name :
         std::vector<std::string>{"a", "A", "0", "_", "-", ".", "get_orders-v1.2", std::string(128, 'x')})
        CHECK(one.read(named(name)).has_value());
    CHECK(one.read(R"({"n\u0061me":"\u0061b","inputSchema":{"type":"object"}})")->name == "ab");
}

TEST_CASE("the error for an invalid name says what names are") {
    tool_fixture one;
    for (const auto& name :
         std::vector<std::string>{"", " ", "a b", "a/b", "a:b", "ä", "a\\n", "<x>", std::string(129, 'x')}) {
        const auto why = one.refused(named(name));
        CAPTURE(name, why);
        CHECK(why.find("the name \"") == 0);
        CHECK(why.ends_with(bad_name_end));
    }
    CHECK(tool_fixture("p_").refused(named(std::string(127, 'x'))).ends_with(bad_name_end));  // 129 with its prefix
    CHECK(tool_fixture("p_").refused(named("")).empty());  // the prefix alone is a name
}

TEST_CASE("an invalid definition is refused with the reason") {
    tool_fixture one;
    CHECK(one.refused("") == "its definition is not acceptable: it is not valid JSON");
    CHECK(one.refused("{\"name\":") == "its definition is not acceptable: it is not valid JSON");
    CHECK(one.refused("{\"name\":\"\xFF\"}") == "its definition is not UTF-8");
    CHECK(one.refused(R"({"name":"a","name":"b"})") ==
          "its definition is not acceptable: an object in it has the same key twice");
    CHECK(one.refused("[]") == "its definition is not a JSON object");
    CHECK(one.refused("\"x\"") == "its definition is not a JSON object");
    CHECK(one.refused("{}") == "its definition has no string \"name\"");
    CHECK(one.refused(R"({"name":1})") == "its definition has no string \"name\"");
    CHECK(one.refused(R"({"name":null})") == "its definition has no string \"name\"");
    CHECK(one.refused(R"({"name":"x"})") == "its definition has no object \"inputSchema\"");
    CHECK(one.refused(R"({"name":"x","description":1,"inputSchema":{"type":"object"}})") ==
          "its \"description\" is not a string");
    CHECK(one.refused(named("x").insert(1, R"("description":")" + std::string(1 << 20, 'x') + "\",")) ==
          "its definition is longer than 1 MiB");
}

TEST_CASE("an input schema that is not one for an object is refused") {
    tool_fixture one;
    for (const char* schema : {"true", "[]", "null", "\"object\""})
        CHECK(one.refused(with_input(schema)) == "its definition has no object \"inputSchema\"");
    for (const char* schema : {"{}", R"({"type":"string"})", R"({"type":["object"]})", R"({"type":null})"})
        CHECK(one.refused(with_input(schema)) == "its inputSchema must say \"type\": \"object\"");
    for (const char* schema : {R"({"type":"object","properties":[]})",
                               R"({"type":"object","required":"x"})",
                               R"({"type":"object","properties":{"a":{"type":"nonsense"}}})",
                               R"({"type":"object","properties":{"a":{"pattern":"("}}})",
                               R"({"type":"object","properties":{"a":{"$ref":"#/nowhere"}}})"}) {
        const auto why = one.refused(with_input(schema));
        CAPTURE(schema, why);
        CHECK(why.find("its inputSchema is not a JSON Schema: ") == 0);
    }
}

TEST_CASE("an output schema is checked when it exists") {
    tool_fixture one;
    const auto with_output = [](const std::string& schema) {
        return R"({"name":"x","inputSchema":{"type":"object"},"outputSchema":)" + schema + "}";
    };
    CHECK(one.refused(with_output(R"({"type":"object"})")).empty());
    CHECK(one.refused(with_output("[]")) == "its outputSchema is not an object");
    CHECK(one.refused(with_output(R"({"type":1})")).find("its outputSchema is not a JSON Schema: ") == 0);
}

TEST_CASE("arguments are checked against the given schema") {
    tool_fixture one;
    const auto tool =
        one.read(with_input(R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}})"));
    REQUIRE(tool.has_value());
    CHECK(tool->input->check(boost::json::parse(R"({"a":1})")).empty());
    CHECK_FALSE(tool->input->check(boost::json::parse("{}")).empty());
}

TEST_CASE("only the attribute quick makes a tool quick") {
    tool_fixture one;
    CHECK(one.read(named("x"), R"({"quick":true})")->quick);
    for (const char* attributes :
         {"", "{}", R"({"quick":false})", R"({"quick":"true"})", R"({"quick":1})", R"({"Quick":true})"})
        CHECK_FALSE(one.read(named("x"), attributes)->quick);
    for (const char* attributes : {"[]", "quick", "{", "1", R"({"quick":true,"quick":true})"})
        CHECK(one.refused(named("x"), attributes) == "its attributes are not a JSON object");
}
