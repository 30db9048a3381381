// [[plugin]]: scopes, tool rules and names.
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("an empty list of scopes differs from an absent one") {
    CHECK_FALSE(read_lines("[[plugin]]\nlibrary = 'x'").plugins[0].scopes);
    CHECK(read_lines("[[plugin]]\nlibrary = 'x'\nscopes = []").plugins[0].scopes == strings{});
}

TEST_CASE("an impossible scope is refused with its place") {
    struct row {
        std::string_view scope, wrong;
    };
    constexpr std::string_view star = "has a star, which is not allowed in a required scope: a scope covers all "
                                      "narrower scopes, and * can only be granted";
    for (const auto& [scope, wrong] : {row{"*", star},
                                       row{"orders:*", star},
                                       row{"", "is not a scope"},
                                       row{"a b", "is not a scope"},
                                       row{":a", "is not a scope"},
                                       row{"a:", "is not a scope"},
                                       row{"a::b", "is not a scope"},
                                       row{"a\"b", "is not a scope"}}) {
        INFO(scope);
        const std::string sentence =
            std::string(wrong) +
            "; expected words separated by colons such as \"orders:read\", without spaces, quotes and "
            "backslashes, found \"" +
            std::string(scope) + '"';
        CHECK(refusal_of_lines("[[plugin]]\nlibrary = 'x'\nscopes = ['a', '" + std::string(scope) + "']") ==
              "t.toml:5:16: plugin.scopes[1] " + sentence);
        CHECK(refusal_of_lines("[[plugin]]\nlibrary = 'x'\n[[plugin.tool]]\nmatch = 'a'\nscopes = ['" +
                               std::string(scope) + "']") == "t.toml:7:11: plugin.tool.scopes[0] " + sentence);
    }
}

TEST_CASE("a tool rule has a pattern and the required scopes") {
    const std::string glob = "a tool name without the prefix, with * for any characters and ? for one character, "
                             "such as \"*_write\"";
    const auto rule = [](std::string_view lines) {
        return refusal_of_lines("[[plugin]]\nlibrary = 'x'\n[[plugin.tool]]\n" + std::string(lines));
    };
    CHECK(rule("scopes = []") == "t.toml:5:1: plugin.tool.match is missing; expected " + glob + ", found none");
    CHECK(rule("match = 'a'") ==
          "t.toml:5:1: plugin.tool.scopes and plugin.tool.timeout are missing; expected one of them: scopes = "
          "[\"orders:write\"], or [] for any caller; timeout = \"5s\", found none");
    CHECK(rule("match = ''\nscopes = []") ==
          "t.toml:6:9: plugin.tool.match cannot match a tool name; expected " + glob + ", found \"\"");
    CHECK(rule("match = 'a[bc]'\nscopes = []") ==
          "t.toml:6:9: plugin.tool.match cannot match a tool name; expected " + glob + ", found \"a[bc]\"");
    CHECK(rule("match = 'a'\nscope = []") ==
          "t.toml:7:1: unknown key in [[plugin.tool]] (did you mean \"scopes\"?); expected one of match, scopes, "
          "timeout, found \"scope\"");
    CHECK(refusal_of_lines("[[plugin]]\nlibrary = 'x'\ntool = 'a'") ==
          "t.toml:5:8: plugin.tool has the wrong type; expected an array of tables, each with the header "
          "[[plugin.tool]], found a string");
    CHECK(refusal_of_lines("[[plugin]]\nlibrary = 'x'\nread_only = 1") ==
          "t.toml:5:13: plugin.read_only has the wrong type; expected true or false, found an integer");
}

TEST_CASE("names have at most 64 characters") {
    const std::string longest(64, 'n');
    const auto lines = [](const std::string& name) {
        return "[[plugin]]\nlibrary = 'x'\nname = '" + name + "'\nprefix = '" + name + "'";
    };
    CHECK(refusal_of_lines(lines(longest)).empty());
    CHECK_FALSE(refusal_of_lines(lines(longest + 'n')).empty());
}

}  // namespace toolrack
