// Definitions of prompts, as a plugin gives them.
#include <string>
#include <vector>

#include "catch.hpp"
#include "instance_fixture.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using test::instance_fixture;

namespace {

result<catalog::prompt, complaint>
read_prompt(const instance_fixture& by, const std::string& definition, const std::string& attributes = "") {
    return catalog::read_prompt({"prompt", definition, attributes}, by.from);
}
std::string prompt_refusal(const std::string& definition, const std::string& attributes = "") {
    const instance_fixture one;
    const auto made = read_prompt(one, definition, attributes);
    return made ? std::string() : made.error().why();
}

std::string with_arguments(const std::string& arguments) { return R"({"name":"x","arguments":)" + arguments + "}"; }
using words = std::vector<std::string>;

}  // namespace

TEST_CASE("a prompt keeps its definition, on one line") {
    const instance_fixture one;
    const auto prompt = read_prompt(one,
                                    "{\"title\":\"X\",\n\"name\":\"x\",\r\n"
                                    "\"arguments\":[{\"name\":\"a\",\"x\":1}],\"_meta\":{}}");
    REQUIRE(prompt.has_value());
    CHECK(prompt->name == "x");
    CHECK(prompt->own_name == "x");
    CHECK(prompt->from == one.from);
    CHECK_FALSE(wire::check_json(prompt->definition));
    CHECK(prompt->definition.find_first_of("\r\n") == std::string::npos);
    const json::value said(prompt->definition);
    CHECK(said.size() == 4);
    CHECK(said.at("title").str() == "X");
    CHECK(said.at("arguments").text() == R"([{"name":"a","x":1}])");
}

TEST_CASE("the name of a prompt gets the prefix and is checked, like that of a tool") {
    const instance_fixture prefixed("p_");
    const auto prompt = read_prompt(prefixed, R"({"name":"x"})");
    CHECK(prompt->name == "p_x");
    CHECK(prompt->own_name == "x");
    CHECK(json::value(prompt->definition).at("name").str() == "p_x");
    for (const char* definition : {R"({"name":"a b"})", R"({"name":""})", R"({"name":"a/b"})"})
        CHECK(prompt_refusal(definition)
                  .ends_with(" is invalid: a name has 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'"));
    CHECK(prompt_refusal("{}") == "its definition has no string \"name\"");
    CHECK(prompt_refusal(R"({"name":1})") == "its definition has no string \"name\"");
}

TEST_CASE("the required arguments of a prompt are known by name") {
    const instance_fixture one;
    const auto required = [&](const std::string& arguments) {
        return read_prompt(one, with_arguments(arguments))->required;
    };
    CHECK(required("[]").empty());
    CHECK(required(R"([{"name":"a"},{"name":"b","required":false}])").empty());
    CHECK(required(R"([{"name":"a","required":true},{"name":"b"},{"required":true,"name":"\u0063"}])") ==
          words{"a", "c"});
    for (const char* odd : {"1", "\"true\"", "null", "{}"})
        CHECK(required(R"([{"name":"a","required":)" + std::string(odd) + "}]").empty());
    CHECK(read_prompt(one, R"({"name":"x"})")->required.empty());
}

TEST_CASE("invalid arguments of a prompt are refused with the reason") {
    for (const char* odd : {"{}", "null", "\"a\"", "1", "true"})
        CHECK(prompt_refusal(with_arguments(odd)) == "its \"arguments\" are not an array");
    for (const char* odd :
         {"[{}]", "[1]", "[null]", "[\"a\"]", "[[]]", R"([{"name":"a"},{"name":1}])", R"([{"Name":"a"}])"})
        CHECK(prompt_refusal(with_arguments(odd)) == "one of its arguments has no string \"name\"");
}

TEST_CASE("an invalid definition of a prompt is refused like that of a tool") {
    CHECK(prompt_refusal("{") == "its definition is not acceptable: it is not valid JSON");
    CHECK(prompt_refusal("[]") == "its definition is not a JSON object");
    CHECK(prompt_refusal("{\"name\":\"\xFF\"}") == "its definition is not UTF-8");
    CHECK(prompt_refusal(R"({"name":"x","description":1})") == "its \"description\" is not a string");
    CHECK(prompt_refusal(R"({"name":"x","description":")" + std::string(1 << 20, 'x') + "\"}") ==
          "its definition is longer than 1 MiB");
    CHECK(prompt_refusal(R"({"name":"x"})", "[]") == "its attributes are not a JSON object");
    const instance_fixture one;
    CHECK(read_prompt(one, R"({"name":"x"})", R"({"quick":true})")->quick);
}
