#include "wire/json.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;
using kind = enum wire::json_fault::kind;

namespace {

std::optional<kind> fault_in(std::string_view text, const wire::json_limits& limits = {}) {
    const auto fault = wire::check_json(text, limits);
    if (!fault) return std::nullopt;
    CHECK(fault->offset <= text.size());
    return fault->kind;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view inside, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    text += inside;
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

// An object of `size` members, of which the last has the key of the one at `twin`.
std::string with_twin(int size, int twin) {
    std::string text = "{";
    for (int i = 0; i < size; ++i) {
        if (i) text += ',';
        text += "\"key" + std::to_string(i == size - 1 ? twin : i) + "\":" + std::to_string(i);
    }
    return text + "}";
}

}  // namespace

TEST_CASE("valid JSON is accepted") {
    for (std::string_view text : {"{}",
                                  "[]",
                                  "0",
                                  "-0",
                                  "1.5e-3",
                                  "\"\"",
                                  "true",
                                  "false",
                                  "null",
                                  " \t\r\n{ } \n",
                                  R"({"a":{"a":{"a":[1,{"a":2},{"a":3}]}}})",
                                  R"("\ud83d\ude00")",
                                  R"("\u0000")",
                                  R"({"":1,"\"":2,"\\":3})",
                                  "\"Gr\xC3\xBC\xC3\x9F\"",
                                  "9007199254740993",
                                  "123456789012345678901234567890",
                                  "1e308",
                                  "-1.7976931348623157e308",
                                  "5e-324"}) {
        CAPTURE(text);
        CHECK_FALSE(fault_in(text));
    }
}

TEST_CASE("invalid JSON is refused with the place") {
    for (std::string_view text : {"",
                                  " ",
                                  "{",
                                  "}",
                                  "[1,]",
                                  "{\"a\":1,}",
                                  "{a:1}",
                                  "{'a':1}",
                                  "01",
                                  "+1",
                                  ".5",
                                  "1.",
                                  "NaN",
                                  "Infinity",
                                  "-Infinity",
                                  "nul",
                                  "\"\n\"",
                                  "\"\t\"",
                                  "\"\\x\"",
                                  "\"\\u12\"",
                                  "// nothing\n{}",
                                  "/* nothing */{}",
                                  "[1 2]",
                                  "{\"a\" 1}",
                                  "{\"a\":1 \"b\":2}",
                                  "\"unfinished",
                                  "tru",
                                  "-",
                                  "1e",
                                  "{\"a\":}",
                                  "\x01",
                                  "[\x0C"
                                  "1]"}) {
        CAPTURE(text);
        CHECK(fault_in(text) == kind::not_json);
    }
    CHECK(wire::check_json("[1,2,x]")->offset == 5);
}

TEST_CASE("nothing may follow the value but white space") {
    for (std::string_view text : {"{}{}"sv, "{} x"sv, "1 2"sv, "[]]"sv, "{}}"sv, "null,"sv, "{}\0"sv, "true//"sv})
        CHECK(fault_in(text) == kind::not_json);
}

TEST_CASE("an invisible byte order mark is not white space") { CHECK(fault_in("\xEF\xBB\xBF{}") == kind::not_json); }

TEST_CASE("a duplicate key is refused, at any depth and in any spelling") {
    for (std::string_view text : {
             R"({"a":1,"a":1})",
             R"({"a":1,"b":2,"a":3})",
             R"({"":1,"":2})",
             R"([[{"x":{"a":1,"a":2}}]])",
             R"({"x":{"y":[1,{"z":{"a":1,"b":1,"a":2}}]},"a":1})",
             R"({"a":1,"\u0061":2})",
             R"({"\u0061":1,"\u0061":2})",
             R"({"/":1,"\/":2})",
             R"({"\n":1,"\u000a":2})",
             R"({"\u000A":1,"\u000a":2})",
             R"({"\ud83d\ude00":1,"😀":2})",
             R"({"\"":1,"\u0022":2})",
             R"({"a":{"b":1,"b":2},"a":1})",
             R"({"a":{"a":1},"a":2})",
         }) {
        CAPTURE(text);
        CHECK(fault_in(text) == kind::duplicate_key);
    }
}

TEST_CASE("keys that only look the same are different") {
    for (std::string_view text : {
             R"({"a":1,"A":2})",
             R"({"a":1,"a ":2})",
             R"({"a":{"a":{"a":1}}})",
             R"([{"a":1},{"a":2}])",
             R"({"a":1,"b":{"a":2},"c":[{"a":3}]})",
             "{\"\xC3\xA9\":1,\"e\xCC\x81\":2}",  // é as one character and as two
             R"({"ab":1,"a":2,"b":3})",
             R"({"\\u0061":1,"a":2})",
         }) {
        CAPTURE(text);
        CHECK_FALSE(fault_in(text));
    }
}

TEST_CASE("a duplicate is found among few keys and among many, at any position") {
    for (int size : {2, 3, 11, 12, 13, 14, 100, 3000})
        for (int twin : {0, (size - 1) / 2, size - 2}) {
            CAPTURE(size, twin);
            CHECK(fault_in(with_twin(size, twin)) == kind::duplicate_key);
        }
    for (int size : {2, 12, 13, 3000}) CHECK_FALSE(fault_in(with_twin(size, size - 1)));
}

TEST_CASE("a long object does not affect the keys of its neighbours") {
    const auto inside = with_twin(40, 39);
    CHECK_FALSE(fault_in(R"({"zz":1,"m":)" + inside + R"(,"key1":2,"aa":3})"));
    CHECK(fault_in(R"({"zz":1,"m":)" + inside + R"(,"key1":2,"zz":3})") == kind::duplicate_key);
    CHECK(fault_in(R"({"zz":1,"m":)" + inside + R"(,"key1":2,"m":3})") == kind::duplicate_key);
}

TEST_CASE("a number beyond the range of double is refused") {
    for (std::string_view text :
         {"1e999", "-1e999", "[1,2e400]", R"({"a":{"b":1e309}})", "1e99999999999999999999", "123456789e301"}) {
        CAPTURE(text);
        CHECK(fault_in(text) == kind::not_finite);
    }
    CHECK(fault_in(std::string(400, '9')) == kind::not_finite);
    CHECK_FALSE(fault_in("1e-999"));  // nearly nothing is a number
}

TEST_CASE("a NUL is refused in a key, and accepted in a value") {
    CHECK(fault_in(R"({"a\u0000b":1})") == kind::nul_in_key);
    CHECK(fault_in(R"([{"x":{"\u0000":1}}])") == kind::nul_in_key);
    CHECK_FALSE(fault_in(R"({"a":"\u0000"})"));
    CHECK(fault_in("{\"a\0\":1}"sv) == kind::not_json);
}

TEST_CASE("a key has at most the permitted number of bytes") {
    const wire::json_limits limits{.key = 8};
    CHECK_FALSE(fault_in(R"({"12345678":1})", limits));
    CHECK(fault_in(R"({"123456789":1})", limits) == kind::key_too_long);
    CHECK_FALSE(fault_in(R"({"\u00e4äää":1})", limits));
    CHECK(fault_in(R"({"\u00e4äääa":1})", limits) == kind::key_too_long);
    CHECK_FALSE(fault_in(R"({"a":"123456789"})", limits));
    CHECK_FALSE(fault_in("{\"" + std::string(1024, 'k') + "\":1}"));
    CHECK(fault_in("{\"" + std::string(1025, 'k') + "\":1}") == kind::key_too_long);
}

TEST_CASE("nesting is limited") {
    for (std::size_t depth : {1u, 5u, 64u}) {
        const wire::json_limits limits{.depth = depth};
        CHECK_FALSE(fault_in(nested(depth, "[", "1", "]"), limits));
        CHECK(fault_in(nested(depth + 1, "[", "1", "]"), limits) == kind::too_deep);
        CHECK_FALSE(fault_in(nested(depth, "{\"a\":", "1", "}"), limits));
        CHECK(fault_in(nested(depth + 1, "{\"a\":", "1", "}"), limits) == kind::too_deep);
    }
    CHECK(wire::json_limits{}.depth == 64);
    CHECK(fault_in(std::string(1'000'000, '[')) == kind::too_deep);
}

TEST_CASE("the number of values is limited") {
    const wire::json_limits limits{.values = 4};
    CHECK_FALSE(fault_in("[1,[],{}]", limits));
    CHECK_FALSE(fault_in(R"({"a":"","b":null,"c":true})", limits));
    CHECK(fault_in("[1,[],{},0.5]", limits) == kind::too_many_values);
    CHECK(fault_in(R"({"a":1,"b":{"c":1,"d":[2]}})", limits) == kind::too_many_values);
    CHECK(fault_in("[[[[[]]]]]", limits) == kind::too_many_values);
}

TEST_CASE("an unpaired surrogate is refused, in keys and values") {
    for (std::string_view text : {R"("\ud800")",
                                  R"("\udc00")",
                                  R"("\udc00\ud800")",
                                  R"("\ud800x")",
                                  R"("\ud800\n")",
                                  R"("\ud800\ud800")",
                                  R"("\ud83d\u0041")",
                                  R"({"\ud800":1})"}) {
        CAPTURE(text);
        CHECK(fault_in(text) == kind::not_json);
    }
}

TEST_CASE("bytes that are not UTF-8 are refused, in keys and values") {
    for (std::string_view bytes : {"\x80"sv,
                                   "\xC0\x80"sv,
                                   "\xC1\xBF"sv,
                                   "\xE0\x80\xAF"sv,
                                   "\xED\xA0\x80"sv,
                                   "\xF0\x80\x80\xAF"sv,
                                   "\xF4\x90\x80\x80"sv,
                                   "\xF8\x88\x80\x80\x80"sv,
                                   "\xFF"sv,
                                   "\xC3"sv,
                                   "\xE2\x82"sv}) {
        CHECK(fault_in("\"" + std::string(bytes) + "\"") == kind::not_json);
        CHECK(fault_in("{\"" + std::string(bytes) + "\":1}") == kind::not_json);
        CHECK(fault_in("[" + std::string(bytes) + "]") == kind::not_json);
    }
}

TEST_CASE("an earlier check does not affect the next") {
    const std::string_view good = R"({"a":1,"b":{"a":2}})";
    for (std::string_view odd :
         {R"({"a":1,"a":2})", R"({"a":{"b":[{"c")", R"({"b":{"a":1)", "[[[[[[", R"({"x\u0000":1})"}) {
        CHECK(fault_in(odd));
        CHECK_FALSE(fault_in(good));
    }
}

TEST_CASE("several threads can check at the same time") {
    const auto text = R"({"m":)" + with_twin(200, 199) + "}", twin = R"({"m":)" + with_twin(200, 5) + "}";
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) wrong += wire::check_json(text).has_value() + !wire::check_json(twin);
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("a string member is decoded, and anything else is no string member") {
    const json::value object(R"({"a":"x\u0041\n","b":1,"c":null,"d":["e"]})"sv);
    CHECK(wire::string_member(object, "a") == "xA\n");
    for (std::string_view key : {"b", "c", "d", "e", ""}) CHECK_FALSE(wire::string_member(object, key));
    CHECK_FALSE(wire::string_member(json::value("[1]"sv), "a"));
}

TEST_CASE("every fault has its own description") {
    std::vector<std::string_view> said;
    for (kind fault : {kind::not_json,
                       kind::duplicate_key,
                       kind::not_finite,
                       kind::nul_in_key,
                       kind::key_too_long,
                       kind::too_deep,
                       kind::too_many_values}) {
        const auto words = wire::to_string(fault);
        CHECK(words.find(' ') != std::string_view::npos);
        CHECK_FALSE(words.ends_with('.'));
        for (const auto other : said) CHECK(words != other);
        said.push_back(words);
    }
}
