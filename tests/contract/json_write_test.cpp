#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <toolrack/json.hpp>

#include "catch.hpp"

using namespace toolrack;

namespace {

std::string written(std::string_view text) {
    std::string out;
    json::write_string(out, text);
    return out;
}

std::string number(auto value) { return json::text(value).str(); }

}  // namespace

TEST_CASE("strings are escaped only where JSON requires it") {
    CHECK(written("") == R"("")");
    CHECK(written("plain, and / too") == R"("plain, and / too")");
    CHECK(written("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
    CHECK(written(std::string(1, '\0') + "\x1f\x7f") == "\"\\u0000\\u001f\x7f\"");
    CHECK(written("é€😀") == "\"é€😀\"");
    CHECK(written("é\"€\nä plain é\\") == "\"é\\\"€\\nä plain é\\\\\"");
}

TEST_CASE("a character to escape is found at every position of a wide scan") {
    for (std::size_t at = 0; at != 40; ++at) {
        std::string text(40, 'a');
        text[at] = '"';
        const std::string expected = '"' + std::string(at, 'a') + "\\\"" + std::string(39 - at, 'a') + '"';
        CHECK(written(text) == expected);
        CHECK(json::value(expected).str() == text);
    }
}

TEST_CASE("bytes that are not UTF-8 are replaced") {
    const std::string mark = "\xEF\xBF\xBD";
    const std::vector<std::pair<std::string, std::string>> table = {
        {"\xFF", mark},
        {"a\x80z", "a" + mark + "z"},
        {"\xC3", mark},                                   // cut short
        {"\xC3(", mark + "("},                            // no continuation byte
        {"\xC0\xAF", mark + mark},                        // longer than needed
        {"\xE0\x80\xAF", mark + mark + mark},             // longer than needed
        {"\xED\xA0\x80", mark + mark + mark},             // half a surrogate pair
        {"\xF4\x90\x80\x80", mark + mark + mark + mark},  // above the last character
        {"\xF0\x9F\x98", mark + mark + mark},             // cut short
        {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},         // the last character
        {"\xEF\xBF\xBF\xE0\xA0\x80", "\xEF\xBF\xBF\xE0\xA0\x80"},
    };
    for (const auto& [bytes, expected] : table) CHECK(written(bytes) == '"' + expected + '"');
}

TEST_CASE("numbers are read as written") {
    CHECK(number(0) == "0");
    CHECK(number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(number(static_cast<unsigned char>(7)) == "7");
    CHECK(number(1.0) == "1");
    CHECK(number(0.1) == "0.1");
    CHECK(number(1e300) == "1e+300");
    CHECK(number(-0.0) == "-0");
    CHECK(number(5e-324) == "5e-324");
    for (const double none : {NAN, INFINITY, -INFINITY}) CHECK(number(none) == "null");
}

TEST_CASE("values are built from C++ values") {
    const json::value piece(R"( {"x":[1]} )");
    const json::text all = json::object({{"i", 1},
                                         {"d", 1.5},
                                         {"yes", true},
                                         {"none", nullptr},
                                         {"c", "text"},
                                         {"s", std::string("string")},
                                         {"list", json::array({1, "two", json::array()})},
                                         {"piece", piece},
                                         {"raw", json::raw("[0]")}});
    CHECK(all.str() == R"({"i":1,"d":1.5,"yes":true,"none":null,"c":"text","s":"string",)"
                       R"("list":[1,"two",[]],"piece":{"x":[1]},"raw":[0]})");
    CHECK(json::array(std::vector<int>{1, 2}).str() == "[1,2]");
    CHECK(json::object({{"a\"b", "c"}}).str() == R"({"a\"b":"c"})");
    CHECK(json::text().str() == "null");
}

TEST_CASE("objects and arrays can grow") {
    json::text object = json::object(), array = json::array();
    object.add("a", 1).add("b", 2);
    array.push(1).push("x");
    CHECK(object.str() == R"({"a":1,"b":2})");
    CHECK(array.str() == R"([1,"x"])");
    CHECK(json::raw("{ }").add("a", 1).str() == R"({"a":1})");
}
