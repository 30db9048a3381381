// Rounds of the modern era: a feature requests input, and the client calls again with the responses.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::endpoint_fixture;
using test::response;

namespace {

const std::string can_all = R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}})";
const std::string who_questions =
    R"({"who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?"}}})";

// A request of a client with these capabilities. `more` follows the params.
response send(endpoint_fixture& server,
              const std::string& method,
              const std::string& name_member,
              const std::string& name,
              const std::string& more,
              const identity::principal& from,
              const std::string& capabilities = can_all) {
    auto headers = test::modern_headers(method);
    headers.name = name;
    const auto body = R"({"jsonrpc":"2.0","id":7,"method":")" + method +
                      R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                      R"("io.modelcontextprotocol/clientCapabilities":)" +
                      capabilities + "},\"" + name_member + "\":\"" + name + "\"" + more + "}}";
    return server.send(body, headers, from);
}

struct rounds_fixture {
    endpoint_fixture server{{test::questions}};

    response
    call(const std::string& arguments, const std::string& more = "", const std::string& capabilities = can_all) {
        return send(
            server, "tools/call", "name", "ask", R"(,"arguments":)" + arguments + more, server.ann, capabilities);
    }
    static std::string asking(const std::string& requests, const std::string& state = "") {
        return R"({"requests":)" + requests + (state.empty() ? "" : R"(,"state":)" + state) + "}";
    }
    static std::string with(const std::string& responses, const std::string& state = "") {
        return R"(,"inputResponses":)" + responses + (state.empty() ? "" : R"(,"requestState":")" + state + "\"");
    }
};

const std::string it_is_ann = R"({"who":{"action":"accept","content":{"name":"Ann"}}})";

}  // namespace

TEST_CASE("the input requests of a tool are the result, and the next call brings the responses") {
    rounds_fixture fixture;
    const auto arguments = rounds_fixture::asking(who_questions);
    const auto asked = fixture.call(arguments);
    CHECK(asked.status == 200);
    CHECK(asked.id() == "7");
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK(asked.result().at("inputRequests").text() == who_questions);
    CHECK_FALSE(asked.result().find("requestState"));
    CHECK(asked.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");

    const auto done = fixture.call(arguments, rounds_fixture::with(it_is_ann));
    CHECK(done.result().at("resultType").str() == "complete");
    CHECK(done.result().at("structuredContent").at("responses").text() == it_is_ann);
}

TEST_CASE("a state is sealed for the client and opened for the tool") {
    rounds_fixture fixture;
    const auto arguments = rounds_fixture::asking(who_questions, R"({"step":[1,"two"]})");
    const auto asked = fixture.call(arguments);
    const auto state = asked.result().at("requestState").str();
    CHECK(asked.result().at("inputRequests").size() == 1);
    CHECK(state.find("step") == std::string::npos);
    const auto done = fixture.call(arguments, rounds_fixture::with(it_is_ann, state));
    CHECK(done.result().at("structuredContent").at("state").text() == R"({"step":[1,"two"]})");
    CHECK(done.result().at("structuredContent").at("responses").text() == it_is_ann);
}

TEST_CASE("a state may be sent without input requests") {
    rounds_fixture fixture;
    const auto asked = fixture.call(rounds_fixture::asking("{}", "1"));
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK_FALSE(asked.result().find("inputRequests"));
    CHECK(asked.result().find("requestState"));
}

TEST_CASE("a state of another request is refused before the tool is called") {
    rounds_fixture fixture;
    const auto arguments = rounds_fixture::asking(who_questions, "1");
    const auto state = fixture.call(arguments).result().at("requestState").str();
    const auto not_ours =
        "params.requestState was not made by this server for this request. Repeat the request without it.";

    const auto other_arguments =
        fixture.call(rounds_fixture::asking(who_questions, "2"), rounds_fixture::with(it_is_ann, state));
    CHECK(other_arguments.error() == -32602);
    CHECK(other_arguments.sentence() == not_ours);
    const auto other_person = send(fixture.server,
                                   "tools/call",
                                   "name",
                                   "ask",
                                   R"(,"arguments":)" + arguments + rounds_fixture::with(it_is_ann, state),
                                   fixture.server.bob);
    CHECK(other_person.sentence() == not_ours);
    CHECK(fixture.call(arguments, rounds_fixture::with(it_is_ann, "forged")).sentence() == not_ours);
    fixture.server.clock().pass(31min);
    CHECK(fixture.call(arguments, rounds_fixture::with(it_is_ann, state)).sentence() ==
          "params.requestState has expired. Repeat the request without it.");
}

TEST_CASE("prompts and resources may request input") {
    rounds_fixture fixture;
    const auto about = rounds_fixture::with(R"({"topic":{"action":"accept","content":{"topic":"tea"}}})");
    const auto asked = send(fixture.server, "prompts/get", "name", "speech", "", fixture.server.ann);
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK(send(fixture.server, "prompts/get", "name", "speech", about, fixture.server.ann)
              .result()
              .at("messages")
              .at(0)
              .at("content")
              .at("text")
              .str() == "A speech about tea");
    CHECK(send(fixture.server, "resources/read", "uri", "speech://last", "", fixture.server.ann)
              .result()
              .at("resultType")
              .str() == "input_required");
    CHECK(send(fixture.server, "resources/read", "uri", "speech://last", about, fixture.server.ann)
              .result()
              .at("contents")
              .at(0)
              .at("text")
              .str() == "It was about tea");
}

TEST_CASE("a request that needs an undeclared capability is refused, and the error names it") {
    rounds_fixture fixture;
    const auto response = fixture.call(rounds_fixture::asking(who_questions), "", R"({"roots":{}})");
    CHECK(response.status == 400);
    CHECK(response.error() == -32021);
    CHECK(response.data().text() == R"({"requiredCapabilities":{"elicitation":{}}})");
    CHECK(response.sentence() == "The tool \"ask\" needs capabilities that the client did not declare: "
                                 "{\"elicitation\":{}}");
    const auto page = R"({"who":{"method":"elicitation/create","params":{"mode":"url"}}})";
    CHECK(fixture.call(rounds_fixture::asking(page), "", R"({"elicitation":{}})").data().text() ==
          R"({"requiredCapabilities":{"elicitation":{"url":{}}}})");
}

TEST_CASE("a request that is not a client method is an invalid answer, with the reason in the log") {
    rounds_fixture fixture;
    const auto response = fixture.call(rounds_fixture::asking(R"({"a":{"method":"no/such","params":{}}})"));
    CHECK(response.status == 200);
    CHECK(response.error() == -32603);
    CHECK(response.sentence() == "The tool \"ask\" returned an invalid answer. The server's log has the reason.");
    CHECK(fixture.server.log().says(
        "error: questions: invalid answer of the tool \"ask\": it requests \"no/such\" from the client, which is not a "
        "client method\n"));
}

TEST_CASE("an answer without requests and state, or with an oversized state, is invalid") {
    rounds_fixture fixture;
    for (const auto& arguments :
         {rounds_fixture::asking("{}"), rounds_fixture::asking("{}", '"' + std::string(65'536, 'x') + '"')}) {
        CHECK(fixture.call(arguments).error() == -32603);
        CHECK(fixture.server.log().says(
            "error: questions: invalid answer of the tool \"ask\": it requested input in an invalid way\n"));
    }
    CHECK(fixture.call(rounds_fixture::asking("{}", '"' + std::string(65'534, 'x') + '"')).error() == 0);
}

TEST_CASE("invalid inputResponses and requestState are invalid params") {
    rounds_fixture fixture;
    CHECK(fixture.call(rounds_fixture::asking(who_questions), rounds_fixture::with("[]")).sentence() ==
          "params.inputResponses must be an object.");
    CHECK(fixture.call(rounds_fixture::asking(who_questions), R"(,"requestState":1)").sentence() ==
          "params.requestState must be a string.");
}
