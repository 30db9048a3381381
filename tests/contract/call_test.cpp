#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;
using toolrack::testing::request;

TEST_CASE("P4: a handler that returns a result answers on return") {
    host here;
    CHECK(here.call("now", R"({"a":1})").text() == R"({"a":1})");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a handler that takes the call answers later, and keeps what was asked") {
    host here;
    // Everything the request points to is gone when the answer comes.
    const auto started = [&] {
        request what;
        what.name = "later";
        what.params = R"({"arguments":{"text":"a text that is too long to be stored in place"}})";
        what.subject = "somebody with a name of some length";
        what.scopes = {"orders:read:and:a:bit:more:than:that"};
        return here.start(what);
    }();
    CHECK(here.wait(started).text() ==
          "a text that is too long to be stored in place somebody with "
          "a name of some length orders:read:and:a:bit:more:than:that");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: only the first answer reaches the host") {
    host here;
    CHECK(here.call("twice").text() == "first");
    CHECK(here.call("early").text() == "early");
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a call that is dropped fails, wherever that happens") {
    host here;
    for (const char* tool : {"drop", "drop_later"}) {
        const auto answer = here.call(tool);
        CHECK(answer.code() == -32603);
        CHECK(answer.text() == "The plugin did not answer this call.");
    }
    CHECK(here.strays() == 0);
}

TEST_CASE("P4: a call that a handler moves away is answered by who has it") {
    host here;
    CHECK(here.call("steal").text() == "steal");
    CHECK(here.strays() == 0);
}

TEST_CASE("a failure carries its code, message and data") {
    host here;
    const auto answer = here.call("fails");
    CHECK(answer.json == R"({"code":-32050,"message":"it broke","data":{"part":7}})");
}

TEST_CASE("absent arguments read as an empty object") {
    host here;
    for (const char* params : {"{}", R"({"name":"now"})", R"({"arguments":null})", ""}) {
        const auto answer = here.ask({.name = "now", .params = params});
        CHECK(answer.text() == "{}");
    }
}

TEST_CASE("a granted word covers itself and what is below it") {
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

TEST_CASE("progress and log messages go out as MCP has them, before the answer") {
    host here;
    const auto said = here.call("progress").notifications;
    REQUIRE(said.size() == 3);
    CHECK(said[0].method == "notifications/progress");
    CHECK(said[0].params == R"({"progress":0.5,"total":2,"message":"half of one"})");
    CHECK(said[1].params == R"({"progress":1})");
    CHECK(said[2].method == "notifications/message");
    CHECK(said[2].params == R"({"level":"warning","data":{"disk":"full"},"logger":"storage"})");
}

TEST_CASE("what is not registered is an error, and not a crash") {
    host here;
    CHECK(here.call("nobody").code() == -32602);
    CHECK(here.ask({.method = "prompts/get", .name = "nobody"}).code() == -32602);
    CHECK(here.ask({.method = "tools/dance", .name = "now"}).code() == -32601);
}
