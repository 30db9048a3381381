// Rounds of the legacy era: a session's client is sent what a feature asks, and answers while its call waits.
#include <string>

#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using test::conversation;
using test::heard;
using test::office;

namespace {

const std::string who = R"("who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?"}})",
                  capital = R"("capital":{"method":"sampling/createMessage","params":{"messages":[]}})";

struct asker {
    office here{{test::questions}};
    const std::string session =
        here.begin_session("2025-11-25", R"(,"capabilities":{"elicitation":{},"sampling":{},"roots":{}})");

    static std::string call(const std::string& requests, const std::string& more = "") {
        return office::legacy_body("tools/call",
                                   office::calling("ask", R"({"requests":{)" + requests + "}" + more + "}"));
    }
    conversation begin(const std::string& body) { return {here, body, wire::mirrored{}, session, here.ann}; }

    unsigned answer(const conversation::said& question, const std::string& outcome) {
        return here.say_in(session, R"({"jsonrpc":"2.0","id":)" + std::string(question.message().at("id").text()) +
                                        "," + outcome + "}")
            .status;
    }
};

const std::string ann = R"({"action":"accept","content":{"name":"Ann"}})";

std::string as_result(const std::string& result) { return R"("result":)" + result; }

std::string responses(const heard& heard) {
    return std::string(heard.result().at("structuredContent").at("responses").text());
}

// What a client hears of a question that nobody waits for any more.
std::string taken_back(const conversation::said& question) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
           std::string(question.message().at("id").text()) + "}}";
}

}  // namespace

TEST_CASE("a question is sent to the client, whose answer the tool gets") {
    asker one;
    auto call = one.begin(asker::call(who));
    const auto question = call.hears();
    CHECK(question.method() == "elicitation/create");
    CHECK(question.params().text() == R"({"mode":"form","message":"Who?"})");
    CHECK(question.message().at("id").is_string());
    CHECK_FALSE(wire::check_json(question.json));
    CHECK(one.answer(question, as_result(ann)) == 202);
    CHECK(responses(call.ends()) == R"({"who":)" + ann + "}");
}

TEST_CASE("several questions are asked at once, and may be answered in any order") {
    asker one;
    auto call = one.begin(asker::call(who + "," + capital));
    const auto first = call.hears(), second = call.hears();
    CHECK(second.method() == "sampling/createMessage");
    CHECK(first.message().at("id").str() != second.message().at("id").str());
    one.answer(second, as_result(R"({"role":"assistant"})"));
    one.answer(first, as_result(ann));
    CHECK(responses(call.ends()) == R"({"who":)" + ann + R"(,"capital":{"role":"assistant"}})");
}

TEST_CASE("a state does not go through a legacy client at all") {
    asker one;
    auto call = one.begin(asker::call(who, R"(,"state":{"canary":1})"));
    const auto question = call.hears();
    CHECK(question.json.find("canary") == std::string::npos);
    one.answer(question, as_result(ann));
    CHECK(call.ends().result().at("structuredContent").at("state").text() == R"({"canary":1})");
}

TEST_CASE("a page to visit has an id, made up where the tool gives none") {
    asker one;
    const auto session = one.here.begin_session("2025-11-25", R"(,"capabilities":{"elicitation":{"url":{}}})");
    const auto page = [](const std::string& more) {
        return R"("a":{"method":"elicitation/create","params":{"mode":"url","url":"http://x/")" + more + "}}";
    };
    const auto id_of = [&](const std::string& more) {
        conversation call(one.here, asker::call(page(more)), wire::mirrored{}, session, one.here.ann);
        const auto question = call.hears();
        CHECK(question.params().at("url").str() == "http://x/");
        one.here.say_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
        call.ends();
        return question.params().at("elicitationId").str();
    };
    const auto first = id_of("");
    CHECK(first.size() >= 16);
    CHECK(id_of("") != first);
    CHECK(id_of(R"(,"elicitationId":"mine")") == "mine");
}

TEST_CASE("a client that answers with an error is quoted to the model") {
    asker one;
    auto call = one.begin(asker::call(who + "," + capital));
    const auto question = call.hears(), other = call.hears();
    one.answer(question, R"("error":{"code":-1,"message":"Nobody is here."})");
    const auto heard = call.ends();
    CHECK(heard.notices == std::vector<std::string>{taken_back(other)});
    CHECK(heard.error() == 0);
    CHECK(heard.is_tool_error());
    CHECK(heard.text() ==
          "The tool \"ask\" needs input from the client, and the client answered with an error: Nobody is here.");
}

TEST_CASE("a prompt whose question fails is an error, since no model reads it") {
    asker one;
    auto call = one.begin(office::legacy_body("prompts/get", R"("name":"speech")"));
    one.answer(call.hears(), R"("error":{"code":-1,"message":"No."})");
    const auto heard = call.ends();
    CHECK(heard.error() == -32603);
    CHECK(heard.sentence() ==
          "The prompt \"speech\" needs input from the client, and the client answered with an error: No.");
}

TEST_CASE("an answer to nothing that was asked changes nothing") {
    asker one;
    auto call = one.begin(asker::call(who));
    const auto question = call.hears();
    for (const char* id : {"\"toolrack-0\"", "\"toolrack-99\"", "1", "7", "\"\""})
        CHECK(one.here.say_in(one.session,
                              R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{"forged":1}})")
                  .status == 202);
    one.answer(question, as_result(ann));
    one.answer(question, as_result(R"({"forged":1})"));
    CHECK(responses(call.ends()) == R"({"who":)" + ann + "}");
}

TEST_CASE("nobody else can answer, and neither can another session") {
    asker one;
    auto call = one.begin(asker::call(who));
    const auto question = call.hears();
    const auto forged =
        R"({"jsonrpc":"2.0","id":)" + std::string(question.message().at("id").text()) + R"(,"result":{"forged":1}})";
    CHECK(one.here.say_in(one.session, forged, one.here.bob).status == 404);
    CHECK(one.here.say_in(one.here.begin_session(), forged).status == 202);
    CHECK(one.here.say(forged, wire::mirrored{}).status == 202);
    one.answer(question, as_result(ann));
    CHECK(responses(call.ends()) == R"({"who":)" + ann + "}");
}

TEST_CASE("a call that waits for its client can be taken back") {
    asker one;
    auto call = one.begin(asker::call(who));
    const auto question = call.hears();
    one.here.say_in(one.session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
    const auto heard = call.ends();
    CHECK(heard.status == 0);
    REQUIRE(heard.notices.size() == 1);
    CHECK(heard.notices[0] == taken_back(question));
    CHECK(one.answer(question, as_result(ann)) == 202);
}

TEST_CASE("what the client did not declare is not asked, and told to the model") {
    asker one;
    const auto other = one.here.begin_session("2025-11-25", R"(,"capabilities":{"sampling":{}})");
    const auto heard = one.here.say_in(other, asker::call(who));
    CHECK(heard.is_tool_error());
    CHECK(heard.text() ==
          "The tool \"ask\" needs something from the client that the client did not declare as a capability: "
          "{\"elicitation\":{}}");
    CHECK(one.here.say_in(other, office::legacy_body("prompts/get", R"("name":"speech")")).error() == -32600);
}

TEST_CASE("without a session there is nobody to ask") {
    asker one;
    const auto heard = one.here.legacy("tools/call", office::calling("ask", R"({"requests":{}})"));
    CHECK(heard.error() == -32603);
    // A client without a session has declared nothing.
    CHECK(one.here.say(asker::call(who), wire::mirrored{}).is_tool_error());
}

TEST_CASE("a client that takes no stream cannot be asked, and is told so at once") {
    asker one;
    for (const char* more : {"", R"(,"say":true)"}) {  // also after something was said to nobody
        CAPTURE(more);
        conversation call(one.here, asker::call(who, more), wire::mirrored{}, one.session, one.here.ann, false);
        const auto heard = call.ends();
        CHECK(heard.is_tool_error());
        CHECK(heard.text() ==
              "The tool \"ask\" needs input from the client, which can be asked only in a session, on a stream.");
    }
}

TEST_CASE("a tool that asks too much at once is told about, and nothing of it is asked") {
    asker one;
    const auto many = [](int count) {
        std::string requests;
        for (int i = 0; i < count; ++i)
            requests += (i ? ",\"q" : "\"q") + std::to_string(i) + R"(":{"method":"roots/list","params":{}})";
        return requests;
    };
    auto most = one.begin(asker::call(many(20)));
    for (int i = 0; i < 20; ++i) one.answer(most.hears(), as_result("{}"));
    const auto answers = responses(most.ends());
    CHECK(json::value(answers).size() == 20);

    const auto heard = one.here.say_in(one.session, asker::call(many(21)));
    CHECK(heard.notices.empty());
    CHECK(heard.is_tool_error());
    CHECK(heard.text().starts_with("The tool \"ask\" needs input from the client, "));
    CHECK(heard.text().find("only in a session") == std::string::npos);  // it has one
}
