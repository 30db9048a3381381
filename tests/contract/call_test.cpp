#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;
using toolrack::testing::request;

TEST_CASE("P4: a handler that returns a result answers when it returns") {
    host here;
    CHECK(here.call("now", R"({"a":1})").text() == R"({"a":1})");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a handler that owns the call answers later, with a copy of the request") {
    host here;
    // The request is destroyed before the answer.
    const auto started = [&] {
        request what;
        what.name = "later";
        what.params = R"({"arguments":{"text":"a text that is too long to be stored in place"}})";
        what.subject = "somebody with a name of some length";
        what.scopes = {"orders:read:and:a:bit:more:than:that"};
        return here.start(what);
    }();
    CHECK(here.wait(started).text() == "a text that is too long to be stored in place somebody with "
                                       "a name of some length orders:read:and:a:bit:more:than:that");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: only the first answer reaches the host") {
    host here;
    CHECK(here.call("twice").text() == "first");
    CHECK(here.call("early").text() == "early");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a dropped call fails, on any thread") {
    host here;
    for (const char* tool : {"drop", "drop_later"}) {
        const auto answer = here.call(tool);
        CHECK(answer.code() == -32603);
        CHECK(answer.text() == "The plugin did not answer this call.");
    }
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a call that a handler moves away is answered by its new owner") {
    host here;
    CHECK(here.call("move_away").text() == "move_away");
    CHECK(here.strays() == 0);
}

TEST_CASE("a failure carries its code, message and data") {
    host here;
    const auto answer = here.call("fails");
    CHECK(answer.json == R"({"code":-32050,"message":"it broke","data":{"part":7}})");
}

TEST_CASE("missing arguments are an empty object") {
    host here;
    for (const char* params : {"{}", R"({"name":"now"})", R"({"arguments":null})", ""}) {
        const auto answer = here.ask({.name = "now", .params = params});
        CHECK(answer.text() == "{}");
    }
}

TEST_CASE("a scope covers itself and its sub-scopes") {
    host here;
    const auto covered = [&](std::vector<std::string> granted) {
        request what;
        what.name = "scopes";
        what.params = R"({"arguments":{"of":["orders","orders:read","ordersx","stock"]}})";
        what.scopes = std::move(granted);
        return here.ask(what).text();
    };
    CHECK(covered({}) == "0000");
    CHECK(covered({"orders"}) == "1100");
    CHECK(covered({"orders:read"}) == "0100");
    CHECK(covered({"stock", "orders:read"}) == "0101");
    CHECK(covered({"*"}) == "1111");
}

TEST_CASE("progress and log messages are MCP notifications before the answer") {
    host here;
    const auto sent = here.call("progress").notifications;
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].method == "notifications/progress");
    CHECK(sent[0].params == R"({"progress":0.5,"total":2,"message":"half of one"})");
    CHECK(sent[1].params == R"({"progress":1})");
    CHECK(sent[2].method == "notifications/message");
    CHECK(sent[2].params == R"({"level":"warning","data":{"disk":"full"},"logger":"storage"})");
}

TEST_CASE("a call of an unknown feature is an error") {
    host here;
    CHECK(here.call("nobody").code() == -32602);
    CHECK(here.ask({.method = "prompts/get", .name = "nobody"}).code() == -32602);
    CHECK(here.ask({.method = "tools/dance", .name = "now"}).code() == -32601);
}
