// The modern era (2026-07-28): which messages belong to it, and what a request needs before its method is looked up.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;

namespace {

const std::string version = R"("io.modelcontextprotocol/protocolVersion":)";
const std::string capabilities = R"("io.modelcontextprotocol/clientCapabilities":{})";

std::string modern_request(const std::string& method, const std::string& params, const std::string& id = "7") {
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
    endpoint_fixture server;
    const auto response = server.modern("tools/list");
    CHECK(response.status == 200);
    CHECK(response.result().at("resultType").str() == "complete");
}

TEST_CASE("a request that names no version is legacy") {
    endpoint_fixture server;
    const auto response = server.legacy("tools/list");
    CHECK(response.status == 200);
    CHECK_FALSE(response.result().find("resultType"));
    CHECK_FALSE(response.result().find("ttlMs"));
}

TEST_CASE("a request that names a legacy version in its header is legacy, whatever other headers it has") {
    endpoint_fixture server;
    for (const char* name : {"2025-11-25", "2025-06-18", "2025-03-26"}) {
        CHECK(server.send(modern_request("tools/list", "{}"), headers(name, "tools/list")).status == 200);
        const auto begun = server.send(modern_request("initialize", R"({"protocolVersion":"2025-11-25"})"),
                                       headers(name, "initialize"));
        CHECK(begun.status == 200);
        CHECK(begun.result().at("protocolVersion").str() == "2025-11-25");
    }
}

TEST_CASE("a header that names the modern version requires the modern _meta, even for initialize") {
    endpoint_fixture server;
    for (const char* method : {"tools/list", "server/discover", "initialize", "ping"}) {
        const auto response = server.send(modern_request(method, "{}", "101"), test::modern_headers(method));
        CHECK(response.status == 400);
        CHECK(response.error() == -32602);
        CHECK(response.id() == "101");
    }
}

TEST_CASE("a header that names an unknown version is refused with the supported versions") {
    endpoint_fixture server;
    for (const char* name : {"v999.0.0", "2027-01-01", "", "2024-11-05"}) {
        const auto response = server.send(modern_request("tools/list", "{}"), headers(name, "tools/list"));
        CHECK(response.status == 400);
        CHECK(response.error() == -32022);
        CHECK(response.data().at("supported").text() == R"(["2026-07-28"])");
        CHECK(response.data().at("requested").str() == name);
    }
}

TEST_CASE("initialize with modern _meta is a modern request for an unknown method") {
    endpoint_fixture server;
    const auto response = server.modern("initialize", R"("protocolVersion":"2025-11-25")");
    CHECK(response.status == 404);
    CHECK(response.error() == -32601);
    CHECK(response.session.empty());
    CHECK(server.sessions().size() == 0);
}

TEST_CASE("without headers, as over a pipe, the body alone decides the era") {
    endpoint_fixture server;
    const auto modern = server.send(endpoint_fixture::modern_body("tools/list"), std::nullopt);
    CHECK(modern.result().at("resultType").str() == "complete");
    const auto legacy = server.send(modern_request("tools/list", "{}"), std::nullopt);
    CHECK_FALSE(legacy.result().find("resultType"));
}

TEST_CASE("a modern request without a required _meta member is refused with its name") {
    endpoint_fixture server;
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
        const auto response = server.send(modern_request("server/discover", with_meta(meta), "\"x\""),
                                          test::modern_headers("server/discover"));
        CHECK(response.status == 400);
        CHECK(response.error() == -32602);
        CHECK(response.id() == "\"x\"");
        CHECK(response.sentence().find("io.modelcontextprotocol/" + missing) != std::string::npos);
    }
}

TEST_CASE("clientInfo is optional") {
    endpoint_fixture server;
    CHECK(server.modern("server/discover").status == 200);
    CHECK(server.modern("server/discover", "", R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"})")
              .status == 200);
}

TEST_CASE("an unsupported version is refused with the supported ones, none of which is legacy") {
    endpoint_fixture server;
    for (const char* name : {"v999.0.0", "2025-11-25", "2027-01-01", ""}) {
        const auto body =
            modern_request("server/discover", with_meta(version + "\"" + name + "\"," + capabilities), "301");
        const auto response = server.send(body, headers(name, "server/discover"));
        CAPTURE(name);
        CHECK(response.status == 400);
        CHECK(response.error() == -32022);
        CHECK(response.id() == "301");
        CHECK(response.data().at("supported").text() == R"(["2026-07-28"])");
        CHECK(response.data().at("requested").str() == name);
        CHECK(server.send(body, std::nullopt).error() == -32022);
    }
}

TEST_CASE("a version that differs between header and body is a mismatch, also when it is unsupported") {
    endpoint_fixture server;
    const auto strange = modern_request("server/discover", with_meta(version + R"("v999.0.0",)" + capabilities), "302");
    auto response = server.send(strange, test::modern_headers("server/discover"));
    CHECK(response.status == 400);
    CHECK(response.error() == -32020);
    CHECK(response.id() == "302");

    response = server.send(endpoint_fixture::modern_body("server/discover"), headers("2025-11-25", "server/discover"));
    CHECK(response.error() == -32020);
    auto none = test::modern_headers("server/discover");
    none.protocol_version = std::nullopt;
    CHECK(server.send(endpoint_fixture::modern_body("server/discover"), none).error() == -32020);
}

TEST_CASE("a method or name that differs between header and body is a mismatch") {
    endpoint_fixture server;
    const auto list = endpoint_fixture::modern_body("tools/list"),
               call = endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("echo", R"({"text":"x"})"));
    const auto answer_to =
        [&](const std::string& body, std::optional<std::string_view> method, std::optional<std::string_view> name) {
            wire::mirrored shown;
            shown.protocol_version = "2026-07-28";
            shown.method = method;
            shown.name = name;
            const auto response = server.send(body, shown);
            if (response.error() != 0) CHECK(response.status == 400);
            return response.error();
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

TEST_CASE("server/discover returns versions, capabilities and caching hints") {
    endpoint_fixture server;
    const auto response = server.modern("server/discover");
    CHECK(response.status == 200);
    CHECK(response.id() == "7");
    const auto result = response.result();
    CHECK(result.at("supportedVersions").text() == R"(["2026-07-28"])");
    CHECK(result.at("capabilities").at("tools").is_object());
    CHECK(result.at("capabilities").at("logging").is_object());
    CHECK_FALSE(result.at("capabilities").find("prompts"));
    CHECK(result.at("ttlMs").i64() >= 0);
    CHECK(result.at("cacheScope").str() == "private");
    CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
}

TEST_CASE("a method that this era does not have is a 404 that names it") {
    endpoint_fixture server;
    for (const char* method : {"initialize",
                               "ping",
                               "logging/setLevel",
                               "resources/subscribe",
                               "resources/unsubscribe",
                               "unknown/method",
                               "",
                               "tools/List"}) {
        CAPTURE(method);
        const auto response = server.modern(method);
        CHECK(response.status == 404);
        CHECK(response.error() == -32601);
        CHECK(response.id() == "7");
        CHECK(response.sentence() == "Method not found: \"" + std::string(method) + "\".");
    }
}

TEST_CASE("a kind of feature that no plugin offers is not declared, and its methods do not exist") {
    endpoint_fixture server;
    for (const char* method : {"prompts/list", "resources/list", "resources/templates/list"}) {
        const auto modern = server.modern(method);
        CHECK(modern.status == 404);
        CHECK(modern.error() == -32601);
        const auto legacy = server.legacy(method);
        CHECK(legacy.status == 200);
        CHECK(legacy.error() == -32601);
    }
}

TEST_CASE("a modern notification is accepted and a modern response is refused") {
    endpoint_fixture server;
    auto response = server.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"_meta":{)" +
                                    test::modern_meta + "}}}",
                                test::modern_headers("notifications/cancelled"));
    CHECK(response.status == 202);
    CHECK(response.json.empty());
    response = server.send(R"({"jsonrpc":"2.0","id":1,"result":{}})", test::modern_headers("x"));
    CHECK(response.status == 400);
    CHECK(response.error() == -32600);
}

TEST_CASE("a modern request ignores the session header") {
    endpoint_fixture server;
    test::collecting_outlet to(server.io(), test::modern_headers("tools/list"), "no-such-session");
    CHECK(server.send(endpoint_fixture::modern_body("tools/list"), to, server.ann).status == 200);
}

TEST_CASE("every id is returned byte for byte") {
    endpoint_fixture server;
    for (const char* id : {"0", "-5", "1785250800000", "\"\"", R"("\u0061 \"x\"")"}) {
        CHECK(server.send(modern_request("ping", "{}", id), wire::mirrored{}).id() == id);
        CHECK(server
                  .send(modern_request("server/discover", with_meta(test::modern_meta), id),
                        test::modern_headers("server/discover"))
                  .id() == id);
    }
}
