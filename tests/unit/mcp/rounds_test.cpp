// Rounds of the modern era: a feature asks, the client calls again with the answers.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::heard;
using test::office;

namespace {

const std::string can_all = R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}})";
const std::string who = R"({"who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?"}}})";

// A request of a client with these capabilities. `more` goes behind the params.
heard say(office& here,
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
    return here.say(body, headers, from);
}

struct asker {
    office here{{test::questions}};

    heard call(const std::string& arguments, const std::string& more = "", const std::string& capabilities = can_all) {
        return say(here, "tools/call", "name", "ask", R"(,"arguments":)" + arguments + more, here.ann, capabilities);
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

TEST_CASE("what a tool asks is the result, and the next call brings it the answers") {
    asker one;
    const auto arguments = asker::asking(who);
    const auto asked = one.call(arguments);
    CHECK(asked.status == 200);
    CHECK(asked.id() == "7");
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK(asked.result().at("inputRequests").text() == who);
    CHECK_FALSE(asked.result().find("requestState"));
    CHECK(asked.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");

    const auto done = one.call(arguments, asker::with(it_is_ann));
    CHECK(done.result().at("resultType").str() == "complete");
    CHECK(done.result().at("structuredContent").at("responses").text() == it_is_ann);
}

TEST_CASE("a state goes out sealed beside the question and comes back open beside the answer") {
    asker one;
    const auto arguments = asker::asking(who, R"({"step":[1,"two"]})");
    const auto asked = one.call(arguments);
    const auto state = asked.result().at("requestState").str();
    CHECK(asked.result().at("inputRequests").size() == 1);
    CHECK(state.find("step") == std::string::npos);
    const auto done = one.call(arguments, asker::with(it_is_ann, state));
    CHECK(done.result().at("structuredContent").at("state").text() == R"({"step":[1,"two"]})");
    CHECK(done.result().at("structuredContent").at("responses").text() == it_is_ann);
}

TEST_CASE("a state alone goes out without a question") {
    asker one;
    const auto asked = one.call(asker::asking("{}", "1"));
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK_FALSE(asked.result().find("inputRequests"));
    CHECK(asked.result().find("requestState"));
}

TEST_CASE("a state that is not this request's is refused before the tool is asked") {
    asker one;
    const auto arguments = asker::asking(who, "1");
    const auto state = one.call(arguments).result().at("requestState").str();
    const auto not_ours = "params.requestState was not made by this server for this request. Begin again without it.";

    const auto other_arguments = one.call(asker::asking(who, "2"), asker::with(it_is_ann, state));
    CHECK(other_arguments.error() == -32602);
    CHECK(other_arguments.sentence() == not_ours);
    const auto other_person = say(one.here, "tools/call", "name", "ask",
                                  R"(,"arguments":)" + arguments + asker::with(it_is_ann, state), one.here.bob);
    CHECK(other_person.sentence() == not_ours);
    CHECK(one.call(arguments, asker::with(it_is_ann, "forged")).sentence() == not_ours);
    one.here.clock().pass(31min);
    CHECK(one.call(arguments, asker::with(it_is_ann, state)).sentence() ==
          "params.requestState has expired. Begin again without it.");
}

TEST_CASE("a prompt and a resource may ask, too") {
    asker one;
    const auto about = asker::with(R"({"topic":{"action":"accept","content":{"topic":"tea"}}})");
    const auto asked = say(one.here, "prompts/get", "name", "speech", "", one.here.ann);
    CHECK(asked.result().at("resultType").str() == "input_required");
    CHECK(say(one.here, "prompts/get", "name", "speech", about, one.here.ann)
              .result().at("messages").at(0).at("content").at("text").str() == "A speech about tea");
    CHECK(say(one.here, "resources/read", "uri", "speech://last", "", one.here.ann)
              .result().at("resultType").str() == "input_required");
    CHECK(say(one.here, "resources/read", "uri", "speech://last", about, one.here.ann)
              .result().at("contents").at(0).at("text").str() == "It was about tea");
}

TEST_CASE("what the client did not declare is not asked, and named") {
    asker one;
    const auto heard = one.call(asker::asking(who), "", R"({"roots":{}})");
    CHECK(heard.status == 400);
    CHECK(heard.error() == -32021);
    CHECK(heard.data().text() == R"({"requiredCapabilities":{"elicitation":{}}})");
    CHECK(heard.sentence() ==
          "The tool \"ask\" needs something from the client that the client did not declare as a capability: "
          "{\"elicitation\":{}}");
    const auto page = R"({"who":{"method":"elicitation/create","params":{"mode":"url"}}})";
    CHECK(one.call(asker::asking(page), "", R"({"elicitation":{}})").data().text() ==
          R"({"requiredCapabilities":{"elicitation":{"url":{}}}})");
}

TEST_CASE("what no client answers is the plugin's mistake, and the log says so") {
    asker one;
    const auto heard = one.call(asker::asking(R"({"a":{"method":"no/such","params":{}}})"));
    CHECK(heard.status == 200);
    CHECK(heard.error() == -32603);
    CHECK(heard.sentence() == "The tool \"ask\" gave an answer that cannot be passed on; the server's log says why.");
    CHECK(one.here.log().says(
        "error: questions: tool \"ask\": it asked the client for \"no/such\", which no client answers\n"));
}

TEST_CASE("who asks for nothing and keeps nothing cannot be helped, and neither can who keeps too much") {
    asker one;
    for (const auto& arguments : {asker::asking("{}"), asker::asking("{}", '"' + std::string(65'536, 'x') + '"')}) {
        CHECK(one.call(arguments).error() == -32603);
        CHECK(one.here.log().says("error: questions: tool \"ask\" asked for input that cannot be had\n"));
    }
    CHECK(one.call(asker::asking("{}", '"' + std::string(65'534, 'x') + '"')).error() == 0);
}

TEST_CASE("a round of an odd kind is refused as any wrong parameter is") {
    asker one;
    CHECK(one.call(asker::asking(who), asker::with("[]")).sentence() == "params.inputResponses must be an object.");
    CHECK(one.call(asker::asking(who), R"(,"requestState":1)").sentence() == "params.requestState must be a string.");
}
