#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toolrack/json.hpp>

#include "catch.hpp"
#include "not_run.hpp"

using namespace toolrack;
using json::value;

namespace {

// Calls every function of a value and of the values in it.
std::size_t read_all(const value& here, int depth = 0) {
    std::size_t count = 1;
    here.raw_string();
    here.find("name");
    try {
        here.str();
        here.i64();
    } catch (const json::bad_value&) {
    }
    try {
        here.f64();
        here.u64();
        here.boolean();
    } catch (const json::bad_value&) {
    }
    if (depth < 50)
        for (const value& each : here) count += each.key().size() + read_all(each, depth + 1);
    return count;
}

// From a block of exactly this size, so that a sanitizer detects a read beyond the end.
std::size_t read_exactly(std::string_view text) {
    const auto block = std::make_unique<char[]>(text.size());
    text.copy(block.get(), text.size());
    return read_all(value(std::string_view(block.get(), text.size())));
}

std::string complaint(auto read) {
    try {
        read();
    } catch (const json::bad_value& e) {
        return e.what();
    }
    return "";
}

constexpr std::string_view document =
    R"( { "name" : "Ann" , "n":-12, "list":[ 1 , "two", [], {} ,{"deep":[true,false,null]} ],)"
    R"( "text":"brackets ]}[{ and \"quotes\\", "empty":"" , "f" : 2.5e3 } )";

}  // namespace

TEST_CASE("members and elements are found between any white space") {
    const value all(document);
    CHECK(all.is_object());
    CHECK(all.size() == 6);
    CHECK(all.at("name").str() == "Ann");
    CHECK(all.at("n").i64() == -12);
    CHECK(all.at("f").f64() == 2500);
    CHECK(all.at("text").str() == "brackets ]}[{ and \"quotes\\");
    CHECK(all.at("empty").str().empty());
    CHECK(all.at("list").size() == 5);
    CHECK(all.at("list").at(1).str() == "two");
    CHECK(all.at("list").at(4).at("deep").text() == "[true,false,null]");
    CHECK(all.at("list").at(4).at("deep").at(0).boolean());
    CHECK(all.at("list").at(4).at("deep").at(2).is_null());
    CHECK_FALSE(all.find("nothing"));
    CHECK_FALSE(all.at("n").find("x"));

    std::string names;
    for (const value& member : all) names += member.key() + ' ';
    CHECK(names == "name n list text empty f ");
}

TEST_CASE("an escaped name is the same name") {
    const value all(R"({"\u006eame":1,"a\/b":2,"\ud83d\ude00":3,"na":4,"nam\u0065x":5,"\\":6})");
    CHECK(all.at("name").i64() == 1);
    CHECK(all.at("a/b").i64() == 2);
    CHECK(all.at("\xF0\x9F\x98\x80").i64() == 3);
    CHECK(all.at("\\").i64() == 6);
    CHECK_FALSE(all.find("\\u006eame"));
    CHECK_FALSE(all.find("nam"));
}

TEST_CASE("of members with the same name the first is used") {
    CHECK(value(R"({"a":1,"\u0061":2,"a":3})").at("a").i64() == 1);
}

TEST_CASE("strings are decoded") {
    const std::vector<std::pair<const char*, std::string>> table = {
        {R"("")", ""},
        {R"("plain")", "plain"},
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20ac")", "A\xC3\xA9\xE2\x82\xAC"},
        {R"("\ud83d\ude00!")", "\xF0\x9F\x98\x80!"},
        {R"("\uD834\uDD1E")", "\xF0\x9D\x84\x9E"},
        {R"("\ud83d")", "\xEF\xBF\xBD"},
        {R"("\ud83dx")", "\xEF\xBF\xBDx"},
        {R"("\ud83d\n")", "\xEF\xBF\xBD\n"},
        {R"("\ud83d\u0041")",
         "\xEF\xBF\xBD"
         "A"},
        {R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {R"("\u0000")", std::string(1, '\0')},
        {R"("long enough for the wide scan, then \u0041")", "long enough for the wide scan, then A"},
    };
    for (const auto& [text, meaning] : table) CHECK(value(text).str() == meaning);
    CHECK(value(R"("plain")").raw_string() == "plain");
    CHECK_FALSE(value(R"("pl\u0061in")").raw_string());
    CHECK_FALSE(value("12").raw_string());
}

TEST_CASE("numbers are exact, or refused") {
    CHECK(value("9223372036854775807").i64() == std::numeric_limits<std::int64_t>::max());
    CHECK(value("-9223372036854775808").i64() == std::numeric_limits<std::int64_t>::min());
    CHECK(value("18446744073709551615").u64() == std::numeric_limits<std::uint64_t>::max());
    CHECK(value("1.0").i64() == 1);
    CHECK(value("1e3").i64() == 1000);
    CHECK(value("-0").u64() == 0);
    CHECK(value("1E-2").f64() == 0.01);
    for (const char* text : {"9223372036854775808", "1e300", "-1e300", "1e999"})
        CHECK_THROWS_AS(value(text).i64(), json::bad_value);
    for (const char* text : {"-1", "18446744073709551616", "1.5"}) CHECK_THROWS_AS(value(text).u64(), json::bad_value);
}

TEST_CASE("an error names the member and its type") {
    const value all(R"({"n":1.5,"s":"x","o":{},"\u0061":true,"l":[]})");
    CHECK(complaint([&] { all.at("x"); }) == "\"x\" is missing");
    CHECK(complaint([&] { all.at("s").i64(); }) == "\"s\" must be an integer, but is a string");
    CHECK(complaint([&] { all.at("n").i64(); }) == "\"n\" must be an integer");
    CHECK(complaint([&] { all.at("o").str(); }) == "\"o\" must be a string, but is an object");
    CHECK(complaint([&] { all.at("a").f64(); }) == "\"a\" must be a number, but is a boolean");
    CHECK(complaint([&] { all.at("s").at("x"); }) == "\"s\" must be an object, but is a string");
    CHECK(complaint([&] { all.at("l").at(0); }) == "\"l\" has too few elements");
    CHECK(complaint([&] { value("null").str(); }) == "the value must be a string, but is null");
}

TEST_CASE("truncated and invalid text is read safely") {
    for (std::size_t size = 0; size <= document.size(); ++size) read_exactly(document.substr(0, size));
    for (const char* text :
         {"",       " ",    "{",      "[",       "\"",       "\"\\",      "\"\\u",      "\"\\u12",  "\"\\ud83d\\u",
          "{\"",    "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\" 1}", "{a:1}",      "[,]",      "[1 2]",
          "[1,,2]", "[}",   "{]",     "]",       "}",        ",",         ":",          "-",        "+",
          "t",      "tru",  "nul",    "[[[[",    "{{{{",     "\\",        "{\"a\":1,}", "\xFF\xFE", "-inf"})
        read_exactly(text);
    CHECK(value("").is_null());
    CHECK(value("]").is_null());
    CHECK(value("[1,,2]").size() == 1);
    CHECK(value(R"({"a":1,"b)").size() == 1);
    CHECK(value(R"(["cut)").at(0).str() == "cut");
}

TEST_CASE("text with any wrong byte is read safely") {
    std::string text(document);
    std::size_t most = 0;
    for (std::size_t at = 0; at != text.size(); ++at) {
        const char before = text[at];
        for (const char wrong : {'"', '\\', '{', '}', '[', ']', ',', ':', '\0', '\xFF', '0'}) {
            text[at] = wrong;
            most = std::max(most, read_exactly(text));
        }
        text[at] = before;
    }
    CHECK(most <= text.size());  // no byte belongs to two values
}

TEST_CASE("skipping nested values needs no stack") {
    const std::string deep = "[" + std::string(1000000, '[') + std::string(1000000, ']') + ",7]";
    CHECK(value(deep).at(1).i64() == 7);
    const std::string open(1000000, '{');
    CHECK(value(open).size() == 0);
}

TEST_CASE("the public parsing suite is read safely, valid or not") {
    const std::filesystem::path suite = std::filesystem::path(TOOLRACK_TEST_DATA) / "jsontestsuite" / "test_parsing";
    if (!std::filesystem::exists(suite)) {
        toolrack::test::not_run("there is no " + suite.string());
        return;
    }
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(suite)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        read_exactly(text);
        ++files;
    }
    CHECK(files > 300);
}
