#include "mcp/headers.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "catch.hpp"

using namespace toolrack;

namespace {

using text = std::optional<std::string_view>;

std::optional<std::string>
mismatch(const std::string& method, const std::string& params, text shown_method, text shown_name) {
    const auto body = R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
    const auto message = wire::parse_message(body, {});
    REQUIRE(message.has_value());
    wire::mirrored headers;
    headers.method = shown_method;
    headers.name = shown_name;
    return mcp::name_mismatch(headers, *message);
}

bool agree(const std::string& method, const std::string& params, text shown_method, text shown_name) {
    return !mismatch(method, params, shown_method, shown_name);
}

}  // namespace

TEST_CASE("the protocol version header is required and must equal the body's version") {
    wire::mirrored headers;
    CHECK(mcp::version_mismatch(headers, "2026-07-28") ==
          "Header mismatch: the header MCP-Protocol-Version is missing; send \"MCP-Protocol-Version: 2026-07-28\".");
    headers.protocol_version = "2026-07-28";
    CHECK_FALSE(mcp::version_mismatch(headers, "2026-07-28"));
    CHECK(mcp::version_mismatch(headers, "v999.0.0") ==
          "Header mismatch: MCP-Protocol-Version says \"2026-07-28\" and the body \"v999.0.0\".");
    headers.protocol_version = "";
    CHECK(mcp::version_mismatch(headers, "2026-07-28"));
}

TEST_CASE("the method header is required and must equal the body's method exactly") {
    CHECK(agree("tools/list", "{}", "tools/list", {}));
    CHECK(mismatch("tools/list", "{}", {}, {}) ==
          "Header mismatch: the header Mcp-Method is missing; send \"Mcp-Method: tools/list\".");
    CHECK(mismatch("tools/list", "{}", "prompts/list", {}) ==
          "Header mismatch: Mcp-Method says \"prompts/list\" and the body \"tools/list\".");
    CHECK_FALSE(agree("tools/list", "{}", "TOOLS/LIST", {}));
    CHECK_FALSE(agree("tools/list", "{}", "", {}));
}

TEST_CASE("the name header is required and must equal the body's name, for methods that have one") {
    CHECK(agree("tools/call", R"({"name":"echo"})", "tools/call", "echo"));
    CHECK(agree("prompts/get", R"({"name":"p"})", "prompts/get", "p"));
    CHECK(agree("resources/read", R"({"uri":"test://x","name":"y"})", "resources/read", "test://x"));
    CHECK(mismatch("tools/call", R"({"name":"echo"})", "tools/call", {}) ==
          "Header mismatch: the header Mcp-Name is missing; send the value of params.name in it.");
    CHECK(mismatch("resources/read", R"({"uri":"test://x"})", "resources/read", {}) ==
          "Header mismatch: the header Mcp-Name is missing; send the value of params.uri in it.");
    CHECK(mismatch("tools/call", R"({"name":"echo"})", "tools/call", "ECHO") ==
          "Header mismatch: Mcp-Name says \"ECHO\" and the body \"echo\".");
    CHECK_FALSE(agree("tools/call", R"({"name":"echo"})", "tools/call", ""));
    CHECK_FALSE(agree("resources/read", R"({"uri":"test://x","name":"y"})", "resources/read", "y"));
}

TEST_CASE("a method without a name needs no name header, and a missing name is left to the method") {
    CHECK(agree("tools/list", "{}", "tools/list", "whatever"));
    CHECK(agree("server/discover", "{}", "server/discover", {}));
    CHECK(agree("tools/call", "{}", "tools/call", {}));
    CHECK(agree("tools/call", R"({"name":1})", "tools/call", {}));
}

TEST_CASE("header and body values are compared after decoding") {
    CHECK(agree("tools/call", R"({"name":"Hello"})", "tools/call", "=?base64?SGVsbG8=?="));
    CHECK(agree("tools/call", R"({"name":"\u0048ello"})", "tools/call", "Hello"));
    CHECK(agree("tools/call", R"({"name":"Grüße"})", "tools/call", "=?base64?R3LDvMOfZQ==?="));
    CHECK(agree("tools/call", R"({"name":"SGVsbG8="})", "tools/call", "SGVsbG8="));
    CHECK_FALSE(agree("tools/call", R"({"name":"Hello"})", "tools/call", "=?base64?aGVsbG8=?="));  // hello
    CHECK(mismatch("tools/call", R"({"name":"Hello"})", "tools/call", "=?base64?SGVsbG8?=") ==
          "Header mismatch: the value of Mcp-Name is neither plain ASCII nor valid =?base64?...?=.");
    CHECK_FALSE(agree("tools/call", R"({"name":"Grüße"})", "tools/call", "Grüße"));  // bytes that a header may not have
}

TEST_CASE("values quoted in a mismatch are short and on one line") {
    const auto why = mismatch("tools/call", R"({"name":"echo"})", "tools/call", "x\ty");
    REQUIRE(why);
    const auto shown =
        *mismatch("tools/call", R"({"name":")" + std::string(5000, 'n') + R"(\n"})", "tools/call", "short");
    CHECK(shown.size() < 300);
    CHECK(shown.find('\n') == std::string::npos);
}

TEST_CASE("Base64 in a header is decoded strictly") {
    CHECK(mcp::decoded_value("=?base64?SGVsbG8=?=") == "Hello");
    CHECK(mcp::decoded_value("=?base64?"
                             "?=") == "");
    CHECK(mcp::decoded_value("=?base64?AA==?=") == std::string(1, '\0'));
    CHECK(mcp::decoded_value("=?base64?+/+/?=") == "\xFB\xFF\xBF");
    CHECK(mcp::decoded_value("=?base64?" + std::string(4000, 'A') + "?=") == std::string(3000, '\0'));
    for (std::string_view invalid : {"SGVsbG8",      // no padding
                                     "SGVsbG8==",    // too much
                                     "SGVs!!!bG8=",  // foreign characters
                                     "SGVsbG8 =",
                                     " SGVsbG8=",
                                     "SGVsbG8=\n",
                                     "SGVs\nbG8=",
                                     "SGVsbG9=",  // unused bits are set
                                     "AB==",
                                     "A===",
                                     "====",
                                     "=",
                                     "A",
                                     "AA=A",
                                     "A=AA",
                                     "-_-_"}) {  // another alphabet
        CAPTURE(invalid);
        CHECK_FALSE(mcp::decoded_value("=?base64?" + std::string(invalid) + "?="));
    }
}

TEST_CASE("a value that only resembles the Base64 form is taken literally") {
    for (std::string_view plain : {"",
                                   "Hello",
                                   "SGVsbG8=",
                                   "=?base64?SGVsbG8=",
                                   "SGVsbG8=?=",
                                   "=?BASE64?SGVsbG8=?=",
                                   "=?utf-8?SGVsbG8=?=",
                                   "=?base64?=",
                                   " =?base64?SGVsbG8=?="}) {
        CAPTURE(plain);
        CHECK(mcp::decoded_value(plain) == plain);
    }
}
