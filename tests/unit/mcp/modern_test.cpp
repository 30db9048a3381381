// The modern era (2026-07-28) and where it begins: which message is taken for which era, and what is
// asked of a modern one before its method is looked at.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::heard;
using test::office;

namespace {

const std::string version = R"("io.modelcontextprotocol/protocolVersion":)";
const std::string capabilities = R"("io.modelcontextprotocol/clientCapabilities":{})";

std::string request(const std::string& method, const std::string& params, const std::string& id = "7") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params + "}";
}
std::string with_meta(const std::string& meta) { return R"({"_meta":{)" + meta + "}}"; }

wire::mirrored headers(std::string_view version_shown, std::string_view method) {
    auto made = test::modern_headers(method);
    made.protocol_version = version_shown;
    return made;
}

}  // namespace

TEST_CASE("a request that names the modern version in _meta is modern") {
    office here;
    const auto heard = here.modern("tools/list");
    CHECK(heard.status == 200);
    CHECK(heard.result().at("resultType").str() == "complete");
}

TEST_CASE("a request without a word about versions is legacy") {
    office here;
    const auto heard = here.legacy("tools/list");
    CHECK(heard.status == 200);
    CHECK_FALSE(heard.result().find("resultType"));
    CHECK_FALSE(heard.result().find("ttlMs"));
}

TEST_CASE("a request that names a legacy version in its header is legacy, whatever other headers it has") {
    office here;
    for (const char* name : {"2025-11-25", "2025-06-18", "2025-03-26"}) {
        CHECK(here.say(request("tools/list", "{}"), headers(name, "tools/list")).status == 200);
        const auto begun =
            here.say(request("initialize", R"({"protocolVersion":"2025-11-25"})"), headers(name, "initialize"));
        CHECK(begun.status == 200);
        CHECK(begun.result().at("protocolVersion").str() == "2025-11-25");
    }
}

TEST_CASE("a header that names the modern version asks for the modern _meta, even for initialize") {
    office here;
    for (const char* method : {"tools/list", "server/discover", "initialize", "ping"}) {
        const auto heard = here.say(request(method, "{}", "101"), test::modern_headers(method));
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32602);
        CHECK(heard.id() == "101");
    }
}

TEST_CASE("a header that names a version nobody knows is told which there are") {
    office here;
    for (const char* name : {"v999.0.0", "2027-01-01", "", "2024-11-05"}) {
        const auto heard = here.say(request("tools/list", "{}"), headers(name, "tools/list"));
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32022);
        CHECK(heard.data().at("supported").text() == R"(["2026-07-28"])");
        CHECK(heard.data().at("requested").str() == name);
    }
}

TEST_CASE("initialize with modern _meta is a modern request for a method that there is not") {
    office here;
    const auto heard = here.modern("initialize", R"("protocolVersion":"2025-11-25")");
    CHECK(heard.status == 404);
    CHECK(heard.error() == -32601);
    CHECK(heard.session.empty());
    CHECK(here.sessions().size() == 0);
}

TEST_CASE("without headers, as over a pipe, the body alone says which era it is") {
    office here;
    const auto modern = here.say(office::modern_body("tools/list"), std::nullopt);
    CHECK(modern.result().at("resultType").str() == "complete");
    const auto legacy = here.say(request("tools/list", "{}"), std::nullopt);
    CHECK_FALSE(legacy.result().find("resultType"));
}

TEST_CASE("what a modern request must say is missed by name") {
    office here;
    struct row {
        std::string meta;
        std::string missing;
    };
    for (const auto& [meta, missing] :
         {row{"", "protocolVersion"},
          {capabilities, "protocolVersion"},
          {version + "1," + capabilities, "protocolVersion"},
          {version + "null," + capabilities, "protocolVersion"},
          {version + R"("2026-07-28")", "clientCapabilities"},
          {version + R"("2026-07-28","io.modelcontextprotocol/clientCapabilities":[])", "clientCapabilities"},
          {version + R"("2026-07-28","io.modelcontextprotocol/clientCapabilities":null)", "clientCapabilities"},
          {test::modern_meta + R"(,"io.modelcontextprotocol/clientInfo":"me")", "clientInfo"},
          {test::modern_meta + R"(,"io.modelcontextprotocol/logLevel":"loud")", "logLevel"},
          {test::modern_meta + R"(,"io.modelcontextprotocol/logLevel":7)", "logLevel"}}) {
        CAPTURE(meta);
        const auto heard = here.say(request("server/discover", with_meta(meta), "\"x\""),
                                    test::modern_headers("server/discover"));
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32602);
        CHECK(heard.id() == "\"x\"");
        CHECK(heard.sentence().find("io.modelcontextprotocol/" + missing) != std::string::npos);
    }
}

TEST_CASE("who the client is need not be said") {
    office here;
    CHECK(here.modern("server/discover").status == 200);
    CHECK(here.modern("server/discover", "", R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"})")
              .status == 200);
}

TEST_CASE("a version that is not spoken here is refused with those that are, and none of them is legacy") {
    office here;
    for (const char* name : {"v999.0.0", "2025-11-25", "2027-01-01", ""}) {
        const auto body = request("server/discover", with_meta(version + "\"" + name + "\"," + capabilities), "301");
        const auto heard = here.say(body, headers(name, "server/discover"));
        CAPTURE(name);
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32022);
        CHECK(heard.id() == "301");
        CHECK(heard.data().at("supported").text() == R"(["2026-07-28"])");
        CHECK(heard.data().at("requested").str() == name);
        CHECK(here.say(body, std::nullopt).error() == -32022);
    }
}

TEST_CASE("a version that differs between header and body is a mismatch, before it is unsupported") {
    office here;
    const auto strange = request("server/discover", with_meta(version + R"("v999.0.0",)" + capabilities), "302");
    auto heard = here.say(strange, test::modern_headers("server/discover"));
    CHECK(heard.status == 400);
    CHECK(heard.error() == -32020);
    CHECK(heard.id() == "302");

    heard = here.say(office::modern_body("server/discover"), headers("2025-11-25", "server/discover"));
    CHECK(heard.error() == -32020);
    auto none = test::modern_headers("server/discover");
    none.protocol_version = std::nullopt;
    CHECK(here.say(office::modern_body("server/discover"), none).error() == -32020);
}

TEST_CASE("a method or name that differs between header and body is a mismatch") {
    office here;
    const auto list = office::modern_body("tools/list"),
               call = office::modern_body("tools/call", office::calling("echo", R"({"text":"x"})"));
    const auto answer_to = [&](const std::string& body, std::optional<std::string_view> method,
                               std::optional<std::string_view> name) {
        wire::mirrored shown;
        shown.protocol_version = "2026-07-28";
        shown.method = method;
        shown.name = name;
        const auto heard = here.say(body, shown);
        if (heard.error() != 0) CHECK(heard.status == 400);
        return heard.error();
    };
    CHECK(answer_to(list, "tools/list", {}) == 0);
    CHECK(answer_to(list, "prompts/list", {}) == -32020);
    CHECK(answer_to(list, "TOOLS/LIST", {}) == -32020);
    CHECK(answer_to(list, {}, {}) == -32020);
    CHECK(answer_to(call, "tools/call", "echo") == 0);
    CHECK(answer_to(call, "tools/call", "=?base64?ZWNobw==?=") == 0);
    CHECK(answer_to(call, "tools/call", "wrong_tool_name") == -32020);
    CHECK(answer_to(call, "tools/call", "=?base64?ZWNobw=?=") == -32020);
    CHECK(answer_to(call, "tools/call", {}) == -32020);
    CHECK(answer_to(call, {}, "echo") == -32020);
}

TEST_CASE("discover tells versions, capabilities and how long to believe them") {
    office here;
    const auto heard = here.modern("server/discover");
    CHECK(heard.status == 200);
    CHECK(heard.id() == "7");
    const auto result = heard.result();
    CHECK(result.at("supportedVersions").text() == R"(["2026-07-28"])");
    CHECK(result.at("capabilities").at("tools").is_object());
    CHECK(result.at("capabilities").at("logging").is_object());
    CHECK_FALSE(result.at("capabilities").find("prompts"));
    CHECK(result.at("ttlMs").i64() >= 0);
    CHECK(result.at("cacheScope").str() == "private");
    CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
}

TEST_CASE("a method that there is not in this era is a 404 that names it") {
    office here;
    for (const char* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                               "resources/unsubscribe", "unknown/method", "", "tools/List"}) {
        CAPTURE(method);
        const auto heard = here.modern(method);
        CHECK(heard.status == 404);
        CHECK(heard.error() == -32601);
        CHECK(heard.id() == "7");
        CHECK(heard.sentence() == "There is no method \"" + std::string(method) + "\" here.");
    }
}

TEST_CASE("what nobody offers is not declared, and its methods are not there") {
    office here;
    for (const char* method : {"prompts/list", "resources/list", "resources/templates/list"}) {
        const auto modern = here.modern(method);
        CHECK(modern.status == 404);
        CHECK(modern.error() == -32601);
        const auto legacy = here.legacy(method);
        CHECK(legacy.status == 200);
        CHECK(legacy.error() == -32601);
    }
}

TEST_CASE("a modern notification is taken and a modern response is refused") {
    office here;
    auto heard = here.say(
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"_meta":{)" + test::modern_meta + "}}}",
        test::modern_headers("notifications/cancelled"));
    CHECK(heard.status == 202);
    CHECK(heard.json.empty());
    heard = here.say(R"({"jsonrpc":"2.0","id":1,"result":{}})", test::modern_headers("x"));
    CHECK(heard.status == 400);
    CHECK(heard.error() == -32600);
}

TEST_CASE("a session means nothing to a modern request") {
    office here;
    test::collecting_outlet to(here.room(), test::modern_headers("tools/list"), "no-such-session");
    CHECK(here.say(office::modern_body("tools/list"), to, here.ann).status == 200);
}

TEST_CASE("every id comes back as it came") {
    office here;
    for (const char* id : {"0", "-5", "1785250800000", "\"\"", R"("\u0061 \"x\"")"}) {
        CHECK(here.say(request("ping", "{}", id), wire::mirrored{}).id() == id);
        CHECK(here.say(request("server/discover", with_meta(test::modern_meta), id),
                       test::modern_headers("server/discover")).id() == id);
    }
}
