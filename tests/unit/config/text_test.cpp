#include "config/text.hpp"

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack::config {
namespace {

text expanded(std::string_view written) {
    return expand(written, "server.path", {.file = "t.toml", .line = 3, .column = 8});
}

}  // namespace

TEST_CASE("variables, defaults and literals are expanded, and nothing else") {
    config_fixture fixture;
    fixture.set("RACK_HOME", "/srv");
    fixture.set("RACK_EMPTY", "");
    fixture.unset("RACK_UNSET");
    struct row {
        std::string_view written;
        std::string_view value;
        bool from_environment;
    };
    for (const auto& [written, value, from_environment] : {
             row{"plain", "plain", false},
             row{"", "", false},
             row{"${RACK_HOME}", "/srv", true},
             row{"a${RACK_HOME}/b${RACK_HOME}c", "a/srv/b/srvc", true},
             row{"${RACK_HOME:-/tmp}", "/srv", true},
             row{"${RACK_UNSET:-/tmp}", "/tmp", true},
             row{"${RACK_EMPTY:-/tmp}", "/tmp", true},
             row{"${RACK_UNSET:-}", "", true},
             row{"${RACK_UNSET:-a:-b}", "a:-b", true},
             row{"$${RACK_HOME}", "${RACK_HOME}", false},
             row{"$$${RACK_HOME}", "$${RACK_HOME}", false},
             row{"$RACK_HOME", "$RACK_HOME", false},
             row{"$$", "$$", false},
             row{"5$", "5$", false},
         }) {
        INFO(written);
        CHECK(expanded(written).value == value);
        CHECK(expanded(written).from_environment == from_environment);
    }
}

TEST_CASE("the value of a variable is not expanded again") {
    config_fixture fixture;
    fixture.set("RACK_HOME", "${RACK_OTHER}");
    CHECK(expanded("${RACK_HOME}").value == "${RACK_OTHER}");
}

TEST_CASE("a failed expansion is refused with its place and the name of the variable") {
    config_fixture fixture;
    fixture.set("RACK_EMPTY", "");
    fixture.set("RACK_BYTES", "\xff");
    fixture.unset("RACK_UNSET");
    const auto refusal = [&](std::string_view written) { return fixture.refusal_of([&] { expanded(written); }); };
    CHECK(refusal("${RACK_UNSET}") ==
          "t.toml:3:8: server.path needs the environment variable RACK_UNSET; expected it to be set, "
          "found it unset");
    CHECK(refusal("${RACK_EMPTY}") ==
          "t.toml:3:8: server.path needs the environment variable RACK_EMPTY; expected it to have a "
          "value, found it empty");
    CHECK(refusal("${RACK_BYTES}") == "t.toml:3:8: server.path needs the environment variable "
                                      "RACK_BYTES; expected it to be UTF-8, "
                                      "found other bytes");
    CHECK(refusal("/a/${RACK_HOME") == "t.toml:3:8: server.path has a ${ that is not closed; "
                                       "expected a closing brace, or $${ for a "
                                       "literal ${, found the end of the text");
    for (const auto* written : {"${}", "${1A}", "${A-B}", "${ A}", "${:-x}"}) {
        INFO(written);
        CHECK(refusal(written) == "t.toml:3:8: server.path has a ${ without the name of a variable; expected ${NAME}, "
                                  "${NAME:-default}, or $${ for a literal ${, found other characters");
    }
}

TEST_CASE("values from the environment are not shown in an error") {
    config_fixture fixture;
    fixture.set("RACK_HOME", "canary");
    CHECK(expanded("a").shown() == "\"a\"");
    CHECK(fixture.refusal_of([] { expanded("${RACK_HOME}").refuse("is odd", "less"); }) ==
          "t.toml:3:8: server.path is odd; expected less, found a value from the environment (not "
          "shown)");
}

}  // namespace toolrack::config
