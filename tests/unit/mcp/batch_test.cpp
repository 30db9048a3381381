// Batches: several messages in one body, in a session of 2025-03-26.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;

namespace {

struct batch_fixture {
    explicit batch_fixture(const std::vector<test::mount>& mounts = test::tools_only) : server(mounts) {}

    test::response send(const std::string& body, const std::optional<std::string>& in, const identity::principal& who) {
        test::collecting_outlet to(server.io(), wire::mirrored{}, in);
        server.io().run([&] { return server.endpoint().answer_batch(body, limits, who, to); });
        REQUIRE(to.answer);
        CHECK_FALSE(to.has_close_handler());
        if (!to.answer->json.empty()) CHECK_FALSE(wire::check_json(to.answer->json));
        CHECK(to.answer->json.find_first_of("\r\n") == std::string::npos);
        test::response all;
        all.status = to.answer->status;
        all.json = to.answer->json;
        all.notices = to.notices;
        return all;
    }
    test::response send(const std::string& body) { return send(body, session, server.ann); }

    endpoint_fixture server;
    const wire::json_limits limits;
    const std::string session = server.open_session("2025-03-26");
};

std::string request(const std::string& id, const std::string& method, const std::string& params = "{}") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params + "}";
}
std::string echo(const std::string& id, const std::string& text) {
    return request(id, "tools/call", R"({"name":"echo","arguments":{"text":")" + text + R"("}})");
}

constexpr auto notification = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
constexpr auto client_response = R"({"jsonrpc":"2.0","id":1,"result":{}})";
constexpr auto not_accepted = "A batch of messages is not accepted here. Send each message by itself.";

// The code of an error, 0 for a result.
long code(const json::value& answer) {
    const auto error = answer.find("error");
    return error ? static_cast<long>(error->at("code").i64()) : 0;
}

}  // namespace

TEST_CASE("every request of a batch is answered, in one array and in order") {
    batch_fixture fixture;
    const auto response = fixture.send("[" + request("1", "ping") + "," + echo("\"two\"", "hello") + "," +
                                       request("3", "tools/list") + "]");
    CHECK(response.status == 200);
    const auto all = response.message();
    REQUIRE(all.size() == 3);
    CHECK(all.at(0).text() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    CHECK(all.at(1).at("id").text() == "\"two\"");
    CHECK(all.at(1).at("result").at("content").at(0).at("text").str() == "hello");
    CHECK(all.at(2).at("id").i64() == 3);
    CHECK(all.at(2).at("result").at("tools").size() > 0);
}

TEST_CASE("notifications and responses in a batch get no answer") {
    batch_fixture fixture;
    const auto response = fixture.send(std::string("[") + notification + "," + echo("1", "a") + "," + client_response +
                                       "," + notification + "]");
    CHECK(response.message().size() == 1);
    CHECK(response.message().at(0).at("id").i64() == 1);
}

TEST_CASE("a batch of only notifications and responses is answered with an empty 202") {
    batch_fixture fixture;
    const std::string begin = R"({"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-03-26"}})";
    for (const auto& body : {std::string("[") + notification + "]",
                             std::string("[") + client_response + "," + notification + "]",
                             "[" + begin + "]"}) {
        CAPTURE(body);
        const auto response = fixture.send(body);
        CHECK(response.status == 202);
        CHECK(response.json.empty());
    }
}

TEST_CASE("an invalid message of a batch gets an error in its place, and the others are answered") {
    batch_fixture fixture;
    for (const std::string& invalid : {std::string("1"),
                                       std::string("{}"),
                                       std::string("null"),
                                       std::string(R"({"jsonrpc":"2.0","id":2})"),
                                       std::string("[]"),
                                       "[" + request("2", "ping") + "]",
                                       std::string(R"({"id":2,"method":"ping"})")}) {
        CAPTURE(invalid);
        const auto response = fixture.send("[" + echo("1", "a") + "," + invalid + "," + echo("3", "c") + "]");
        CHECK(response.status == 200);
        const auto all = response.message();
        REQUIRE(all.size() == 3);
        CHECK(code(all.at(0)) == 0);
        CHECK(code(all.at(1)) == -32600);
        CHECK(code(all.at(2)) == 0);
    }
    const auto unknown = fixture.send("[" + request("1", "no/such") + "," + echo("2", "b") + "]");
    CHECK(code(unknown.message().at(0)) == -32601);
    CHECK(code(unknown.message().at(1)) == 0);
}

TEST_CASE("initialize cannot be part of a batch") {
    batch_fixture fixture;
    const auto before = fixture.server.sessions().size();
    const auto response = fixture.send("[" + request("1", "initialize", R"({"protocolVersion":"2025-03-26"})") + "]");
    CHECK(code(response.message().at(0)) == -32600);
    CHECK(response.message().at(0).at("error").at("message").str() == "initialize cannot be part of a batch.");
    CHECK(fixture.server.sessions().size() == before);
}

TEST_CASE("notifications of a tool are dropped in a batch") {
    batch_fixture fixture;
    const auto response =
        fixture.send("[" + request("1", "tools/call", R"({"name":"mis_notifies","_meta":{"progressToken":1}})") + "," +
                     echo("2", "b") + "]");
    CHECK(response.notices.empty());
    REQUIRE(response.message().size() == 2);
    CHECK(response.message().at(0).at("result").at("content").at(0).at("text").str() == "notified");
}

TEST_CASE("a tool that requests input within a batch fails") {
    batch_fixture fixture({test::questions});
    const auto session = fixture.server.open_session("2025-03-26", R"(,"capabilities":{"roots":{}})");
    const auto arguments = R"({"requests":{"a":{"method":"roots/list","params":{}}}})";
    const auto response = fixture.send(
        "[" + request("1", "tools/call", R"({"name":"ask","arguments":)" + std::string(arguments) + "}") + "]",
        session,
        fixture.server.ann);
    CHECK(
        response.message().at(0).at("result").at("content").at(0).at("text").str() ==
        "The tool \"ask\" needs input from the client, but the client can be asked only in a session and on a stream.");
}

TEST_CASE("a modern request within a batch is refused") {
    batch_fixture fixture;
    const auto response = fixture.send("[" + endpoint_fixture::modern_body("tools/list") + "]");
    CHECK(code(response.message().at(0)) != 0);
}

TEST_CASE("only a session of 2025-03-26 may send a batch") {
    batch_fixture fixture;
    const auto body = "[" + request("1", "ping") + "]";
    const std::vector<std::optional<std::string>> others{
        std::nullopt, fixture.server.open_session("2025-06-18"), fixture.server.open_session("2025-11-25")};
    for (const auto& session : others) {
        const auto response = fixture.send(body, session, fixture.server.ann);
        CHECK(response.status == 400);
        CHECK(response.error() == -32600);
        CHECK(response.id().empty());
        CHECK(response.sentence() == not_accepted);
    }
}

TEST_CASE("a batch in an unknown session is a 404, like any message") {
    batch_fixture fixture;
    const auto body = "[" + request("1", "ping") + "]";
    for (const auto& response : {fixture.send(body, "never-was", fixture.server.ann),
                                 fixture.send(body, fixture.session, fixture.server.bob)}) {
        CHECK(response.status == 404);
        CHECK(response.error() == -32600);
        CHECK(response.sentence() == "Session not found: it has ended, it expired, or it never existed. Send "
                                     "initialize to start a new session.");
    }
}

TEST_CASE("a batch that cannot be parsed is refused as a whole") {
    batch_fixture fixture;
    CHECK(fixture.send("[]").sentence() == "A batch holds at least one message.");
    CHECK(fixture.send("[{]").error() == -32700);
    std::string many = "[";
    for (int i = 0; i < 101; ++i) many += (i ? "," : "") + request(std::to_string(i), "ping");
    CHECK(fixture.send(many + "]").sentence() == "A batch holds at most 100 messages.");
}
