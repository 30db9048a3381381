// Mcp-Param-*: headers that repeat a tool's arguments, on their way through tools/call.
#include <string>
#include <vector>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::heard;
using test::office;
using field = wire::mirrored::field;

namespace {

heard borrow(office& here, const std::string& arguments, const std::vector<field>& shown) {
    auto headers = test::modern_headers("tools/call");
    headers.name = "borrow";
    headers.params = shown;
    return here.say(office::modern_body("tools/call", office::calling("borrow", arguments)), headers);
}

}  // namespace

TEST_CASE("a call whose headers repeat its arguments is made") {
    office here({test::reading_room});
    const auto arguments = R"({"branch":"Köln","copies":2,"title":"x"})";
    CHECK(borrow(here, arguments, {{"branch", "=?base64?S8O2bG4=?="}, {"COPIES", "2"}}).text() == arguments);
    CHECK(borrow(here, R"({"branch":"north"})", {{"Branch", "north"}}).error() == 0);
    CHECK(borrow(here, "{}", {}).error() == 0);
    CHECK(borrow(here, R"({"branch":null})", {}).is_tool_error());  // left to the schema
}

TEST_CASE("a call whose headers say something else is refused before its tool hears of it") {
    office here({test::reading_room});
    struct row {
        const char* arguments;
        std::vector<field> shown;
        const char* sentence;
    };
    for (const auto& [arguments, shown, sentence] : {
             row{R"({"branch":"north"})", {{"Branch", "south"}},
                 "Header mismatch: Mcp-Param-Branch says \"south\" and params.arguments.branch \"north\"."},
             row{R"({"branch":"north"})", {},
                 "Header mismatch: the header Mcp-Param-Branch is missing; "
                 "send the value of params.arguments.branch in it."},
             row{"{}", {{"Branch", "north"}},
                 "Header mismatch: params.arguments.branch has no value that Mcp-Param-Branch could repeat; "
                 "leave the header out."},
             row{R"({"copies":9007199254740993})", {{"Copies", "9007199254740993"}},
                 "Header mismatch: params.arguments.copies is beyond 2^53 - 1, which Mcp-Param-Copies cannot carry; "
                 "send a smaller number."}}) {
        const auto heard = borrow(here, arguments, shown);
        CAPTURE(arguments);
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32020);
        CHECK(heard.id() == "7");
        CHECK(heard.sentence() == sentence);
    }
}

TEST_CASE("headers that no tool names are nobody's business") {
    office here({test::reading_room});
    CHECK(borrow(here, R"({"title":"x"})", {{"Title", "y"}, {"Else", "z"}}).error() == 0);
}

TEST_CASE("a mismatch is told before arguments that do not fit") {
    office here({test::reading_room});
    CHECK(borrow(here, R"({"branch":"north","copies":"two"})", {{"Branch", "south"}}).error() == -32020);
    CHECK(borrow(here, R"({"branch":"north","copies":"two"})", {{"Branch", "north"}, {"Copies", "two"}})
              .is_tool_error());
}

TEST_CASE("who has no headers, or speaks a legacy version, repeats nothing") {
    office here({test::reading_room});
    const auto arguments = R"({"branch":"north"})";
    CHECK(here.say(office::modern_body("tools/call", office::calling("borrow", arguments)), std::nullopt).error() == 0);
    wire::mirrored other;
    const std::vector<field> shown{{"Branch", "south"}};
    other.params = shown;
    CHECK(here.say(office::legacy_body("tools/call", office::calling("borrow", arguments)), other).error() == 0);
}
