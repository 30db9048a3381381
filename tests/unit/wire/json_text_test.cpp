// JSON text that is put together from other JSON text.
#include <string>

#include "catch.hpp"
#include "wire/json.hpp"

using namespace toolrack;

namespace {

std::string appended(std::string_view object, std::initializer_list<std::string_view> but_not = {}) {
    std::string out = "{\"first\":0";
    wire::append_members(out, json::value(object), but_not);
    out += '}';
    CHECK_FALSE(wire::check_json(out));
    return out;
}

std::string on_one_line(std::string json) {
    wire::put_on_one_line(json);
    return json;
}

}  // namespace

TEST_CASE("members are appended unchanged, each after a comma") {
    CHECK(appended(R"({"a":1,"b":{"c": [1 , 2]},"d":"x\u0001"})") ==
          R"({"first":0,"a":1,"b":{"c": [1 , 2]},"d":"x\u0001"})");
    CHECK(appended(" {\n\"a\" :\t1.50 } ") == R"({"first":0,"a":1.50})");
}

TEST_CASE("an empty object appends nothing, and neither does a value of another type") {
    for (std::string_view text : {"{}", "null", "1", "\"x\"", ""}) CHECK(appended(text) == R"({"first":0})");
}

TEST_CASE("excluded members are omitted in any spelling") {
    CHECK(appended(R"({"a":1,"b":2,"c":3})", {"b"}) == R"({"first":0,"a":1,"c":3})");
    CHECK(appended(R"({"a":1,"b":2})", {"a", "b", "x"}) == R"({"first":0})");
    CHECK(appended(R"({"\u0061":1,"b":2})", {"a"}) == R"({"first":0,"b":2})");
    CHECK(appended(R"({"A":1,"a ":2,"":3})", {"a"}) == R"({"first":0,"A":1,"a ":2,"":3})");
    CHECK(appended(R"({"b":{"a":1}})", {"a"}) == R"({"first":0,"b":{"a":1}})");
}

TEST_CASE("a name is written as an escaped string") {
    CHECK(appended(R"({"\u0061\/\"\n":1})") == R"({"first":0,"a/\"\n":1})");
    CHECK(appended(R"({"Grüße":1})") == R"({"first":0,"Grüße":1})");
}

TEST_CASE("JSON of several lines becomes equal JSON on one line") {
    CHECK(on_one_line("{\r\n\"a\":\n1,\r\"b\": [\n]\n}\n") == "{  \"a\": 1, \"b\": [ ] } ");
    CHECK(on_one_line("").empty());
    CHECK(on_one_line("{\"a\":\t1}") == "{\"a\":\t1}");
}

TEST_CASE("escaped newlines within strings are kept") {
    const std::string text = "{\"a\":\"b\\nc\\r\xE2\x80\xA8\"}";
    CHECK(on_one_line(text) == text);
    const auto line = on_one_line("{\"a\":\n\"b\\nc\"}");
    CHECK(json::value(line).at("a").str() == "b\nc");
}
