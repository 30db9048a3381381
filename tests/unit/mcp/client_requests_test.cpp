// Input requests of a feature in a legacy session: the client responds while the call waits.
#include <string>

#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::pending_request;
using test::response;

namespace {

const std::string who = R"("who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?"}})",
                  capital = R"("capital":{"method":"sampling/createMessage","params":{"messages":[]}})";

struct questions_fixture {
    endpoint_fixture server{{test::questions}};
    const std::string session =
        server.open_session("2025-11-25", R"(,"capabilities":{"elicitation":{},"sampling":{},"roots":{}})");

    static std::string call(const std::string& requests, const std::string& more = "") {
        return endpoint_fixture::legacy_body(
            "tools/call", endpoint_fixture::calling("ask", R"({"requests":{)" + requests + "}" + more + "}"));
    }
    pending_request begin(const std::string& body) { return {server, body, wire::mirrored{}, session, server.ann}; }

    unsigned answer(const pending_request::notification& question, const std::string& outcome) {
        return server
            .send_in(session,
                     R"({"jsonrpc":"2.0","id":)" + std::string(question.message().at("id").text()) + "," + outcome +
                         "}")
            .status;
    }
};

const std::string ann = R"({"action":"accept","content":{"name":"Ann"}})";

std::string as_result(const std::string& result) { return R"("result":)" + result; }

std::string responses(const response& response) {
    return std::string(response.result().at("structuredContent").at("responses").text());
}

// The notification that cancels a request to the client.
std::string taken_back(const pending_request::notification& question) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
           std::string(question.message().at("id").text()) + "}}";
}

}  // namespace

TEST_CASE("an input request is sent to the client, and the tool gets the response") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who));
    const auto question = call.next_notification();
    CHECK(question.method() == "elicitation/create");
    CHECK(question.params().text() == R"({"mode":"form","message":"Who?"})");
    CHECK(question.message().at("id").is_string());
    CHECK_FALSE(wire::check_json(question.json));
    CHECK(fixture.answer(question, as_result(ann)) == 202);
    CHECK(responses(call.wait_for_end()) == R"({"who":)" + ann + "}");
}

TEST_CASE("several input requests are sent at once, and may be answered in any order") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who + "," + capital));
    const auto first = call.next_notification(), second = call.next_notification();
    CHECK(second.method() == "sampling/createMessage");
    CHECK(first.message().at("id").str() != second.message().at("id").str());
    fixture.answer(second, as_result(R"({"role":"assistant"})"));
    fixture.answer(first, as_result(ann));
    CHECK(responses(call.wait_for_end()) == R"({"who":)" + ann + R"(,"capital":{"role":"assistant"}})");
}

TEST_CASE("the state of a tool is not sent to a legacy client") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who, R"(,"state":{"canary":1})"));
    const auto question = call.next_notification();
    CHECK(question.json.find("canary") == std::string::npos);
    fixture.answer(question, as_result(ann));
    CHECK(call.wait_for_end().result().at("structuredContent").at("state").text() == R"({"canary":1})");
}

TEST_CASE("url elicitation has an id, which the server makes when the tool gives none") {
    questions_fixture fixture;
    const auto session = fixture.server.open_session("2025-11-25", R"(,"capabilities":{"elicitation":{"url":{}}})");
    const auto page = [](const std::string& more) {
        return R"("a":{"method":"elicitation/create","params":{"mode":"url","url":"http://x/")" + more + "}}";
    };
    const auto id_of = [&](const std::string& more) {
        pending_request call(
            fixture.server, questions_fixture::call(page(more)), wire::mirrored{}, session, fixture.server.ann);
        const auto question = call.next_notification();
        CHECK(question.params().at("url").str() == "http://x/");
        fixture.server.send_in(session,
                               R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
        call.wait_for_end();
        return question.params().at("elicitationId").str();
    };
    const auto first = id_of("");
    CHECK(first.size() >= 16);
    CHECK(id_of("") != first);
    CHECK(id_of(R"(,"elicitationId":"mine")") == "mine");
}

TEST_CASE("an error response of the client is quoted in the tool error") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who + "," + capital));
    const auto question = call.next_notification(), other = call.next_notification();
    fixture.answer(question, R"("error":{"code":-1,"message":"Nobody is here."})");
    const auto response = call.wait_for_end();
    CHECK(response.notices == std::vector<std::string>{taken_back(other)});
    CHECK(response.error() == 0);
    CHECK(response.is_tool_error());
    CHECK(response.text() ==
          "The tool \"ask\" needs input from the client, but the client responded with an error: Nobody is here.");
}

TEST_CASE("a prompt whose input request fails is a JSON-RPC error") {
    questions_fixture fixture;
    auto call = fixture.begin(endpoint_fixture::legacy_body("prompts/get", R"("name":"speech")"));
    fixture.answer(call.next_notification(), R"("error":{"code":-1,"message":"No."})");
    const auto response = call.wait_for_end();
    CHECK(response.error() == -32603);
    CHECK(response.sentence() ==
          "The prompt \"speech\" needs input from the client, but the client responded with an error: No.");
}

TEST_CASE("a response to no open request is ignored") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who));
    const auto question = call.next_notification();
    for (const char* id : {"\"toolrack-0\"", "\"toolrack-99\"", "1", "7", "\"\""})
        CHECK(
            fixture.server
                .send_in(fixture.session, R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{"forged":1}})")
                .status == 202);
    fixture.answer(question, as_result(ann));
    fixture.answer(question, as_result(R"({"forged":1})"));
    CHECK(responses(call.wait_for_end()) == R"({"who":)" + ann + "}");
}

TEST_CASE("only the principal and session of the call can respond") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who));
    const auto question = call.next_notification();
    const auto forged =
        R"({"jsonrpc":"2.0","id":)" + std::string(question.message().at("id").text()) + R"(,"result":{"forged":1}})";
    CHECK(fixture.server.send_in(fixture.session, forged, fixture.server.bob).status == 404);
    CHECK(fixture.server.send_in(fixture.server.open_session(), forged).status == 202);
    CHECK(fixture.server.send(forged, wire::mirrored{}).status == 202);
    fixture.answer(question, as_result(ann));
    CHECK(responses(call.wait_for_end()) == R"({"who":)" + ann + "}");
}

TEST_CASE("a call that waits for a response can be cancelled") {
    questions_fixture fixture;
    auto call = fixture.begin(questions_fixture::call(who));
    const auto question = call.next_notification();
    fixture.server.send_in(fixture.session,
                           R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    const auto response = call.wait_for_end();
    CHECK(response.status == 0);
    REQUIRE(response.notices.size() == 1);
    CHECK(response.notices[0] == taken_back(question));
    CHECK(fixture.answer(question, as_result(ann)) == 202);
}

TEST_CASE("a request that needs an undeclared capability is not sent, and is a tool error") {
    questions_fixture fixture;
    const auto other = fixture.server.open_session("2025-11-25", R"(,"capabilities":{"sampling":{}})");
    const auto response = fixture.server.send_in(other, questions_fixture::call(who));
    CHECK(response.is_tool_error());
    CHECK(response.text() == "The tool \"ask\" needs capabilities that the client did not declare: "
                             "{\"elicitation\":{}}");
    CHECK(fixture.server.send_in(other, endpoint_fixture::legacy_body("prompts/get", R"("name":"speech")")).error() ==
          -32600);
}

TEST_CASE("without a session an input request fails") {
    questions_fixture fixture;
    const auto response = fixture.server.legacy("tools/call", endpoint_fixture::calling("ask", R"({"requests":{}})"));
    CHECK(response.error() == -32603);
    // A client without a session has declared nothing.
    CHECK(fixture.server.send(questions_fixture::call(who), wire::mirrored{}).is_tool_error());
}

TEST_CASE("an input request to a client without a stream fails at once") {
    questions_fixture fixture;
    for (const char* more : {"", R"(,"say":true)"}) {  // also after a notification
        CAPTURE(more);
        pending_request call(fixture.server,
                             questions_fixture::call(who, more),
                             wire::mirrored{},
                             fixture.session,
                             fixture.server.ann,
                             false);
        const auto response = call.wait_for_end();
        CHECK(response.is_tool_error());
        CHECK(response.text() == "The tool \"ask\" needs input from the client, but the client can be asked only in a "
                                 "session and on a stream.");
    }
}

TEST_CASE("a tool that sends too many input requests fails, and none is sent") {
    questions_fixture fixture;
    const auto many = [](int count) {
        std::string requests;
        for (int i = 0; i < count; ++i)
            requests += (i ? ",\"q" : "\"q") + std::to_string(i) + R"(":{"method":"roots/list","params":{}})";
        return requests;
    };
    auto most = fixture.begin(questions_fixture::call(many(20)));
    for (int i = 0; i < 20; ++i) fixture.answer(most.next_notification(), as_result("{}"));
    const auto answers = responses(most.wait_for_end());
    CHECK(json::value(answers).size() == 20);

    const auto response = fixture.server.send_in(fixture.session, questions_fixture::call(many(21)));
    CHECK(response.notices.empty());
    CHECK(response.is_tool_error());
    CHECK(response.text().starts_with("The tool \"ask\" needs input from the client, "));
    CHECK(response.text().find("only in a session") == std::string::npos);
}
