#include "audit/line.hpp"

#include "catch.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using audit::line;

namespace {

std::string word(std::string_view text, std::size_t most = 256) { return line().word("x", text, most).text(); }

bool is_json(const line& said) { return !wire::check_json('{' + said.text() + '}'); }

}  // namespace

TEST_CASE("a line's members are JSON, one after the other") {
    line said;
    said.word("a", "b")
        .number("n", 18446744073709551615u)
        .milliseconds("t", 1005)
        .json("j", R"({"k": [1]})")
        .more(R"("z":0)");
    CHECK(said.text() == R"("a":"b","n":18446744073709551615,"t":1.005,"j":{"k": [1]},"z":0)");
    CHECK(line().more("").more(R"("a":1)").more("").text() == R"("a":1)");
}

TEST_CASE("any word becomes one line of printable JSON") {
    CHECK(word("a\nb\r\x1b[2J\"\\") == R"("x":"a\nb\r\u001b[2J\"\\")");
    CHECK(word("\x7f\xC2\x85\xC2\x9B") == R"("x":"\u007f\u0085\u009b")");
    CHECK(word("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8F") ==
          R"("x":"\u2028\u2029\u202e\u2066\u200f")");
    CHECK(word("na\xC3\xAFve \xE2\x82\xAC \xE2\x80\x93 \xF0\x9F\x92\xA5") ==
          "\"x\":\"na\xC3\xAFve \xE2\x82\xAC \xE2\x80\x93 \xF0\x9F\x92\xA5\"");
    CHECK(word(std::string_view("\0", 1)) == R"("x":"\u0000")");
    CHECK(is_json(line().word("x", "\xff\xE2\x80")));
}

TEST_CASE("a long word is truncated, never within a character") {
    CHECK(word("abcdef", 6) == R"("x":"abcdef")");
    CHECK(word("abcdefg", 6) == R"("x":"abcdef...")");
    CHECK(word("abcd\xE2\x82\xAC", 6) == R"("x":"abcd...")");
    CHECK(word(std::string(10'000'000, 'x')).size() < 300);
    for (std::size_t most = 0; most < 8; ++most)
        CHECK(is_json(line().word("x", "\xF0\x9F\x92\xA5\xF0\x9F\x92\xA5\xC3\xA9", most)));
}

TEST_CASE("JSON of several lines is written on one") {
    CHECK(line().json("j", "{\r\n\"a\": \"b\xE2\x80\xA8\"\n}").text() == "\"j\":{  \"a\": \"b\\u2028\" }");
}
