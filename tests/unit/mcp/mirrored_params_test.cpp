// Mcp-Param-*: headers that repeat a tool's arguments, on their way through tools/call.
#include <string>
#include <vector>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;
using field = wire::mirrored::field;

namespace {

response borrow(endpoint_fixture& server, const std::string& arguments, const std::vector<field>& shown) {
    auto headers = test::modern_headers("tools/call");
    headers.name = "borrow";
    headers.params = shown;
    return server.send(endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("borrow", arguments)),
                       headers);
}

}  // namespace

TEST_CASE("a call whose headers repeat its arguments is run") {
    endpoint_fixture server({test::books});
    const auto arguments = R"({"branch":"Köln","copies":2,"title":"x"})";
    CHECK(borrow(server, arguments, {{"branch", "=?base64?S8O2bG4=?="}, {"COPIES", "2"}}).text() == arguments);
    CHECK(borrow(server, R"({"branch":"north"})", {{"Branch", "north"}}).error() == 0);
    CHECK(borrow(server, "{}", {}).error() == 0);
    CHECK(borrow(server, R"({"branch":null})", {}).is_tool_error());  // left to the schema
}

TEST_CASE("a call whose headers differ from its arguments is refused before the tool is called") {
    endpoint_fixture server({test::books});
    struct row {
        const char* arguments;
        std::vector<field> shown;
        const char* sentence;
    };
    for (const auto& [arguments, shown, sentence] :
         {row{R"({"branch":"north"})",
              {{"Branch", "south"}},
              "Header mismatch: Mcp-Param-Branch says \"south\" and params.arguments.branch \"north\"."},
          row{R"({"branch":"north"})",
              {},
              "Header mismatch: the header Mcp-Param-Branch is missing; "
              "send the value of params.arguments.branch in it."},
          row{"{}",
              {{"Branch", "north"}},
              "Header mismatch: params.arguments.branch has no value, but the request has the header Mcp-Param-Branch; "
              "leave the header out."},
          row{R"({"copies":9007199254740993})",
              {{"Copies", "9007199254740993"}},
              "Header mismatch: params.arguments.copies exceeds 2^53 - 1, the limit for Mcp-Param-Copies; "
              "send a smaller number."}}) {
        const auto response = borrow(server, arguments, shown);
        CAPTURE(arguments);
        CHECK(response.status == 400);
        CHECK(response.error() == -32020);
        CHECK(response.id() == "7");
        CHECK(response.sentence() == sentence);
    }
}

TEST_CASE("headers that the tool does not declare are ignored") {
    endpoint_fixture server({test::books});
    CHECK(borrow(server, R"({"title":"x"})", {{"Title", "y"}, {"Else", "z"}}).error() == 0);
}

TEST_CASE("a header mismatch is reported before a schema mismatch") {
    endpoint_fixture server({test::books});
    CHECK(borrow(server, R"({"branch":"north","copies":"two"})", {{"Branch", "south"}}).error() == -32020);
    CHECK(borrow(server, R"({"branch":"north","copies":"two"})", {{"Branch", "north"}, {"Copies", "two"}})
              .is_tool_error());
}

TEST_CASE("without headers, and in legacy versions, no argument has to be repeated") {
    endpoint_fixture server({test::books});
    const auto arguments = R"({"branch":"north"})";
    CHECK(server
              .send(endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("borrow", arguments)),
                    std::nullopt)
              .error() == 0);
    wire::mirrored other;
    const std::vector<field> shown{{"Branch", "south"}};
    other.params = shown;
    CHECK(
        server.send(endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("borrow", arguments)), other)
            .error() == 0);
}
