// The legacy era: initialize, sessions, and calls without a session.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;

namespace {

std::string initialize(const std::string& version, const std::string& more = "") {
    return endpoint_fixture::legacy_body("initialize", R"("protocolVersion":")" + version + "\"" + more);
}

constexpr auto initialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

}  // namespace

TEST_CASE("initialize returns the requested version when it is supported, else the newest legacy one") {
    endpoint_fixture server;
    struct row {
        const char* asked;
        const char* agreed;
    };
    for (const auto& [asked, agreed] : {row{"2025-11-25", "2025-11-25"},
                                        {"2025-06-18", "2025-06-18"},
                                        {"2025-03-26", "2025-03-26"},
                                        {"2024-11-05", "2025-11-25"},
                                        {"2026-07-28", "2025-11-25"},
                                        {"9999-01-01", "2025-11-25"},
                                        {"", "2025-11-25"}}) {
        CAPTURE(asked);
        const auto response = server.send(initialize(asked), wire::mirrored{});
        CHECK(response.status == 200);
        const auto result = response.result();
        CHECK(result.at("protocolVersion").str() == agreed);
        CHECK(result.at("serverInfo").at("name").str() == "toolrack");
        CHECK(result.at("capabilities").at("tools").is_object());
        CHECK_FALSE(result.find("resultType"));
        CHECK(response.session.size() == 24);
    }
}

TEST_CASE("initialize without a version is refused, and opens no session") {
    endpoint_fixture server;
    for (const char* params : {"", R"("protocolVersion":1)", R"("protocolVersion":null)"}) {
        const auto response = server.legacy("initialize", params);
        CHECK(response.error() == -32602);
        CHECK(response.session.empty());
    }
    CHECK(server.sessions().size() == 0);
}

TEST_CASE("a client whose description is over 16 KiB is refused") {
    endpoint_fixture server;
    const auto response = server.send(
        initialize("2025-11-25", R"(,"clientInfo":{"name":")" + std::string(17'000, 'x') + "\"}"), wire::mirrored{});
    CHECK(response.error() == -32602);
    CHECK(response.sentence() == "clientInfo and capabilities are longer than 16 KiB.");
    CHECK(server.sessions().size() == 0);
}

TEST_CASE("a session serves its principal, and does not exist for any other") {
    endpoint_fixture server;
    const auto name = server.send(initialize("2025-11-25"), wire::mirrored{}).session;
    CHECK(server.send_in(name, initialized).status == 202);
    CHECK(server.send_in(name, endpoint_fixture::legacy_body("tools/list")).status == 200);

    const auto other = server.send_in(name, endpoint_fixture::legacy_body("tools/list"), server.bob);
    CHECK(other.status == 404);
    CHECK(other.error() == -32600);
    CHECK(other.id() == "7");
    CHECK(other.sentence().find("Send initialize to start a new session.") != std::string::npos);
}

TEST_CASE("an unknown session is a 404 for every kind of message, but not for initialize") {
    endpoint_fixture server;
    for (const std::string& body : {endpoint_fixture::legacy_body("tools/list"),
                                    endpoint_fixture::legacy_body("ping"),
                                    std::string(initialized),
                                    std::string(R"({"jsonrpc":"2.0","id":1,"result":{}})"),
                                    endpoint_fixture::legacy_body("no/such/method")}) {
        CAPTURE(body);
        CHECK(server.send_in("never-was", body).status == 404);
    }
    const auto again = server.send_in("never-was", initialize("2025-11-25"));
    CHECK(again.status == 200);
    CHECK_FALSE(again.session.empty());
}

TEST_CASE("an ended session does not exist, and only its principal can end it") {
    endpoint_fixture server;
    const auto name = server.send(initialize("2025-11-25"), wire::mirrored{}).session;
    CHECK_FALSE(server.endpoint().end_session(name, server.bob));
    CHECK_FALSE(server.endpoint().end_session("never-was", server.ann));
    CHECK(server.send_in(name, endpoint_fixture::legacy_body("ping")).status == 200);
    CHECK(server.endpoint().end_session(name, server.ann));
    CHECK(server.send_in(name, endpoint_fixture::legacy_body("ping")).status == 404);
}

TEST_CASE("the guide's curl command is answered without a session, a header or initialize") {
    endpoint_fixture server;
    const auto response = server.send(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", wire::mirrored{});
    CHECK(response.status == 200);
    CHECK(response.session.empty());
    CHECK(response.result().at("tools").at(0).at("name").str() == "echo");
    CHECK(server.legacy_call("echo", R"({"text":"hello"})").text() == "hello");
}

TEST_CASE("ping answers with an empty result") {
    endpoint_fixture server;
    CHECK(server.legacy("ping").json == R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

TEST_CASE("notifications and responses are answered with an empty 202") {
    endpoint_fixture server;
    for (const char* body : {initialized,
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
                             R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}})",
                             R"({"jsonrpc":"2.0","id":1,"result":{}})",
                             R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}})"}) {
        const auto response = server.send(body, wire::mirrored{});
        CHECK(response.status == 202);
        CHECK(response.json.empty());
    }
}

TEST_CASE("an unknown method is an error with status 200, as legacy clients expect") {
    endpoint_fixture server;
    for (const char* method : {"server/discover", "prompts/list", "resources/list", "no/such", "Tools/list"}) {
        const auto response = server.legacy(method);
        CHECK(response.status == 200);
        CHECK(response.error() == -32601);
    }
}

TEST_CASE("a session gets log messages from the level that it sets") {
    endpoint_fixture server;
    const auto name = server.send(initialize("2025-11-25"), wire::mirrored{}).session;
    const auto call = endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("mis_notifies"));
    const auto set = [&](const std::string& level) {
        return server.send_in(name, endpoint_fixture::legacy_body("logging/setLevel", R"("level":)" + level));
    };
    CHECK(server.send_in(name, call).notices.size() == 3);  // from level info by default
    CHECK(set("\"warning\"").json == R"({"jsonrpc":"2.0","id":7,"result":{}})");
    CHECK(server.send_in(name, call).notices.empty());
    CHECK(set("\"debug\"").error() == 0);
    CHECK(server.send_in(name, call).notices.size() == 3);
    for (const char* invalid : {"\"loud\"", "7", "null", "\"\""}) CHECK(set(invalid).error() == -32602);
    CHECK(server.send_in(name, call).notices.size() == 3);
}

TEST_CASE("a tool gets the client description that initialize had") {
    endpoint_fixture server;
    const auto name =
        server
            .send(initialize("2025-06-18",
                             R"(,"clientInfo":{"name":"c","version":"2","secret":1},"capabilities":{"roots":{}})"),
                  wire::mirrored{})
            .session;
    const auto response =
        server.send_in(name, endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("mis_whoami")));
    const auto said = response.result().at("structuredContent");
    CHECK(said.at("client").text() == R"({"name":"c","version":"2","capabilities":{"roots":{}}})");
    CHECK(said.at("subject").str() == "ann");
}
