#include "catch.hpp"
#include "schema/effort.hpp"
#include "schema/pattern.hpp"
#include "schemas.hpp"

#include <utility>

using namespace toolrack::schema;

namespace {

bool matched(std::string source, std::string_view text, std::uint64_t steps = 1'000'000) {
    const auto made = pattern::from(std::move(source));
    REQUIRE(made.has_value());
    effort left(steps);
    return matcher(left).found(*made, text);
}

}  // namespace

TEST_CASE("patterns have the semantics of ECMA-262") {
    CHECK(matched("b", "abc"));
    CHECK(matched("^\\p{Letter}+$", "\xC3\xA9tude"));
    CHECK(matched("^\\p{General_Category=Uppercase_Letter}$", "\xC3\x89"));
    CHECK(matched("^\\p{Script=Greek}+$", "\xCE\xB1"));
    CHECK_FALSE(matched("^\\d$", "\xDF\x80"));
    CHECK_FALSE(matched("^\\w$", "\xC3\xA9"));
    CHECK(matched("^\\s$", "\xEF\xBB\xBF"));
    CHECK(matched("^[\\s]$", "\xE2\x80\xA9"));
    CHECK_FALSE(matched("^\\S$", "\xC2\xA0"));
    CHECK_FALSE(matched("^a$", "a\n"));
    CHECK_FALSE(matched("^.$", "\xE2\x80\xA8"));
    CHECK(matched("^[.]$", "."));
    CHECK(matched("^[^]$", "\n"));
    CHECK_FALSE(matched("[]", "a"));
    CHECK(matched("^\\u0041\\x42\\cJ$", "AB\n"));
    CHECK(matched("^\\uD83D\\uDC32$", "\xF0\x9F\x90\xB2"));
    CHECK(matched("^\\u{1F432}$", "\xF0\x9F\x90\xB2"));
    CHECK(matched("^(?<y>\\d{4})-(?=1)1$", "2024-1"));
    CHECK(matched("^(?:(a)|b)\\1$", "b"));
    CHECK(matched("^\\$\\/\\-$", "$/-"));
    CHECK(matched("^[\\s\\S]*$", "a\xC2\xA0\n"));
}

TEST_CASE("an invalid expression is refused with the reason") {
    CHECK(pattern::from("(a").error() == "missing closing parenthesis");
    CHECK(pattern::from("\\").error() == "\\ at end of pattern");
    CHECK(pattern::from("\\C").has_error());
    CHECK(pattern::from(std::string(10'000, 'a')).has_error());
    CHECK(pattern::from(std::string(200, '(') + std::string(200, ')')).has_error());
    CHECK(pattern::from("(?:(?:a{1000}){1000}){1000}").has_error());
    CHECK(pattern::from("\xFF").has_error());
    CHECK(refusal(R"({"properties": {"a": {"pattern": "(a"}}})") ==
          "/properties/a/pattern: expected a regular expression, found \"(a\": "
          "missing closing parenthesis");
}

TEST_CASE("an exponential pattern is a fault and never hangs") {
    for (const auto& [source, text] : {
             std::pair{"^(a+)+$", std::string(40, 'a') + "!"},
             std::pair{"^(a|a)*$", std::string(60, 'a') + "!"},
             std::pair{"^(([a-z])+.)+[A-Z]$", std::string(200, 'a')},
             // Below PCRE2's match limit at every character, and quadratic over all of them.
             std::pair{"[a-z]*[0-9]", std::string(4'000'000, 'a')},
             std::pair{"a*[a-z]*[b-z]*[0-9]", std::string(100'000, 'a')},
         }) {
        INFO(source);
        CHECK_THROWS_AS(matched(source, text), too_expensive);
    }
    CHECK(said(R"({"pattern": "^(a+)+$"})", "\"" + std::string(40, 'a') + "!\"") ==
          "arguments: too expensive to match against a pattern of the schema, expected a shorter or "
          "simpler string");
}

TEST_CASE("a long text is matched with a cheap pattern") {
    CHECK(matched("^[a-z]+$", std::string(4'000'000, 'a')));
    CHECK(matched("^(a|b)*$", std::string(100'000, 'a')));
}

TEST_CASE("many cheap matches stay within the budget of one check") {
    std::string many = "[";
    for (int i = 0; i != 20'000; ++i) many += "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",";
    const auto schema = ready(R"({"items": {"pattern": "^(a?){20}a{20}b?"}})");
    CHECK(schema.check(parse(many + "\"\"]")).size() == 1);
}

TEST_CASE("text that is not UTF-8 is refused without matching") {
    CHECK_THROWS_AS(matched("a", "\xFF\xFE"), too_expensive);
}
