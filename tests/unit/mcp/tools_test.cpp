// tools/list and tools/call in both eras, with plugins whose answers are valid, invalid, late or missing.
#include <string>
#include <thread>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::endpoint_fixture;

namespace {

// The names of all tools, over all pages.
std::vector<std::string> listed(endpoint_fixture& server, bool modern, std::size_t& pages) {
    std::vector<std::string> names;
    std::string cursor;
    for (pages = 1;; ++pages) {
        const auto params = cursor.empty() ? "" : R"("cursor":")" + cursor + "\"";
        const auto response = modern ? server.modern("tools/list", params) : server.legacy("tools/list", params);
        REQUIRE(response.status == 200);
        for (const auto& tool : response.result().at("tools")) names.push_back(tool.at("name").str());
        const auto next = response.result().find("nextCursor");
        if (!next) return names;
        cursor = next->str();
    }
}

}  // namespace

TEST_CASE("a list is complete over its pages, in both eras") {
    for (const std::size_t page_size : {1u, 7u, 1000u}) {
        endpoint_fixture server(page_size);
        std::vector<std::string> expected;
        for (const auto& tool : server.catalog().tools().entries()) expected.push_back(tool.name);
        for (const bool modern : {true, false}) {
            std::size_t pages = 0;
            CHECK(listed(server, modern, pages) == expected);
            CHECK(pages == (expected.size() + page_size - 1) / page_size);
        }
    }
}

TEST_CASE("a modern list has caching hints on every page") {
    endpoint_fixture server(5);
    auto response = server.modern("tools/list");
    CHECK(response.result().at("ttlMs").i64() >= 0);
    CHECK(response.result().at("cacheScope").str() == "private");
    response = server.modern("tools/list", R"("cursor":")" + response.result().at("nextCursor").str() + "\"");
    CHECK(response.result().at("ttlMs").i64() >= 0);
    CHECK(response.result().at("resultType").str() == "complete");
}

TEST_CASE("an invalid cursor is refused, and the error says what to do") {
    endpoint_fixture server(5);
    for (const char* cursor : {"\"\"", "\"1\"", "\"0123456789abcdef-1\"", "1", "null", "{}", "[]"}) {
        CAPTURE(cursor);
        const auto params = R"("cursor":)" + std::string(cursor);
        for (const auto& response : {server.modern("tools/list", params), server.legacy("tools/list", params)}) {
            CHECK(response.error() == -32602);
            CHECK(response.sentence() ==
                  "The cursor is not valid for the current list. Repeat the request without a cursor.");
        }
    }
}

TEST_CASE("a call reaches its tool and the result is returned, in both eras") {
    endpoint_fixture server;
    const auto modern = server.modern_call("echo", R"({"text":"Grüße \u0001 \"x\""})");
    CHECK(modern.status == 200);
    CHECK(modern.id() == "7");
    CHECK(modern.text() == "Grüße \x01 \"x\"");
    CHECK(modern.result().at("resultType").str() == "complete");
    CHECK(modern.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
    const auto legacy = server.legacy_call("echo", R"({"text":"hello"})");
    CHECK(legacy.text() == "hello");
    CHECK_FALSE(legacy.result().find("_meta"));
}

TEST_CASE("arguments that do not match the schema are a tool error and not a JSON-RPC error") {
    endpoint_fixture server;
    for (const char* arguments : {"{}", R"({"text":1})", R"({"text":null})", R"({"texts":"x"})"}) {
        CAPTURE(arguments);
        for (const auto& response : {server.modern_call("echo", arguments), server.legacy_call("echo", arguments)}) {
            CHECK(response.status == 200);
            CHECK(response.error() == 0);
            CHECK(response.is_tool_error());
            CHECK(response.text().find("arguments") != std::string::npos);
            CHECK(response.text().find("text") != std::string::npos);
        }
    }
}

TEST_CASE("absent arguments are an empty object") {
    endpoint_fixture server;
    const auto response = server.legacy("tools/call", R"("name":"thread")");
    CHECK(response.error() == 0);
    CHECK_FALSE(response.is_tool_error());
}

TEST_CASE("an unknown tool is named in the error, shortened and printable") {
    endpoint_fixture server;
    auto response = server.legacy_call("no_such_tool");
    CHECK(response.status == 200);
    CHECK(response.error() == -32602);
    CHECK(response.sentence() == "Unknown tool: \"no_such_tool\". tools/list returns the available tools.");
    response = server.modern_call("no_such_tool");
    CHECK(response.error() == -32602);
    response = server.legacy_call(std::string(3000, 'x') + "\\u001b");
    CHECK(response.sentence().size() < 300);
    CHECK(server.legacy_call("whoami").error() == -32602);  // its name is mis_whoami
}

TEST_CASE("tools/call with invalid params is refused with the reason") {
    endpoint_fixture server;
    for (const char* params : {"", R"("name":1)", R"("name":null)", R"("names":"echo")"})
        CHECK(server.legacy("tools/call", params).sentence() == "params.name must be a string: the name of a tool.");
    for (const char* arguments : {"[]", "\"x\"", "1", "null"}) {
        const auto response = server.legacy_call("echo", arguments);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.arguments must be an object.");
    }
}

TEST_CASE("a tool gets the principal, the client, the params and the trace, and its name without the prefix") {
    endpoint_fixture server;
    const auto response =
        server.modern_call("mis_whoami",
                           R"({"a":1})",
                           R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
                           R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1","title":"C"})");
    const auto said = response.result().at("structuredContent");
    CHECK(said.at("subject").str() == "ann");
    CHECK(said.at("issuer").str() == "open-access");
    CHECK(said.at("scopes").text() == R"(["*"])");
    CHECK(said.at("client").text() == R"({"name":"c","version":"1","capabilities":{}})");
    CHECK(said.at("traceparent").str() == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const auto params = said.at("params").str();
    CHECK(json::value(params).at("arguments").at("a").i64() == 1);
}

TEST_CASE("progress and log messages are sent before the reply, to clients that want them") {
    endpoint_fixture server;
    auto response =
        server.modern_call("mis_notifies", "{}", R"("progressToken":"p","io.modelcontextprotocol/logLevel":"info")");
    CHECK(response.text() == "notified");
    REQUIRE(response.notices.size() == 6);
    const json::value first(response.notices[0]);
    CHECK(first.at("method").str() == "notifications/progress");
    CHECK(first.at("params").at("progressToken").str() == "p");
    CHECK(first.at("params").at("progress").f64() == 1);
    CHECK(json::value(response.notices[1]).at("method").str() == "notifications/message");
    for (const auto& notice : response.notices) {
        CHECK_FALSE(wire::check_json(notice));
        CHECK(notice.find_first_of("\r\n") == std::string::npos);
    }

    CHECK(server.modern_call("mis_notifies").notices.empty());
    CHECK(server.modern_call("mis_notifies", "{}", R"("progressToken":1)").notices.size() == 3);
    CHECK(server.modern_call("mis_notifies", "{}", R"("io.modelcontextprotocol/logLevel":"error")").notices.empty());
    CHECK(server.legacy_call("mis_notifies").notices.size() == 3);  // log messages from info on
    CHECK(server.legacy_call("mis_notifies", "{}", R"("progressToken":1)").notices.size() == 6);
}

TEST_CASE("a plugin's own _meta is kept, and the server's members cannot be forged") {
    endpoint_fixture server;
    const auto response = server.modern_call("meta");
    CHECK(response.json.find("forged") == std::string::npos);
    CHECK(response.result().at("resultType").str() == "complete");
    CHECK(response.result().at("_meta").at("key").i64() == 1);
    CHECK(response.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
}

TEST_CASE("an error of a tool keeps its code and its message") {
    endpoint_fixture server;
    const auto response = server.legacy_call("fails");
    CHECK(response.status == 200);
    CHECK(response.error() == -32000);
    CHECK(response.sentence() == "Out of paper.");
    const auto reserved = server.modern_call("mis_reserved_code");
    CHECK(reserved.status == 200);
    CHECK(reserved.error() == -32603);
    CHECK(reserved.sentence() == "Reserved.");
    CHECK(reserved.data().at("of").str() == "reserved_code");  // the plugin's own name
}

TEST_CASE("an exception of a tool is logged and not shown to the client") {
    endpoint_fixture server;
    const auto response = server.modern_call("mis_throws");
    CHECK(response.json.find("canary") == std::string::npos);
    CHECK(server.log().says("internal canary 8d2f91"));
}

TEST_CASE("an invalid answer is an error that names the tool, with the reason in the log") {
    endpoint_fixture server;
    for (const char* tool : {"mis_answers_bad_json", "mis_answers_bad_utf8", "mis_finishes_unknown_outcome"}) {
        CAPTURE(tool);
        const auto response = server.modern_call(tool);
        CHECK(response.status == 200);
        CHECK(response.error() == -32603);
        CHECK(response.sentence() ==
              "The tool \"" + std::string(tool) + "\" returned an invalid answer. The server's log has the reason.");
        CHECK(response.data().text() == R"({"plugin":"misbehaving","reason":"invalid answer","retriable":false})");
    }
    const auto empty = server.modern_call("without_content");
    CHECK(empty.error() == -32603);
    CHECK(empty.sentence() ==
          "The tool \"without_content\" returned an invalid answer. The server's log has the reason.");
    CHECK(server.log().says("error: scripted: invalid answer of the tool \"without_content\": no \"content\"\n"));
}

TEST_CASE("the state of a tool is sealed for its caller") {
    endpoint_fixture server;
    const auto response = server.modern_call("input");
    CHECK(response.status == 200);
    CHECK(response.result().at("resultType").str() == "input_required");
    const auto state = response.result().at("requestState").str();
    CHECK(state.find("{") == std::string::npos);

    auto headers = test::modern_headers("tools/call");
    headers.name = "input";
    const auto again = endpoint_fixture::modern_body(
        "tools/call", endpoint_fixture::calling("input") + R"(,"requestState":")" + state + "\"");
    CHECK(server.send(again, headers).result().at("resultType").str() == "input_required");
    CHECK(server.send(again, headers, server.bob).error() == -32602);
}

TEST_CASE("a tool that requests input in every round is stopped") {
    endpoint_fixture server;
    const auto response = server.legacy_call("input");
    CHECK(response.error() == -32603);
    CHECK(response.data().at("reason").str() == "invalid answer");
    CHECK(server.log().says("error: scripted: invalid answer of the tool \"input\": it requested input 20 times\n"));
}

TEST_CASE("a second answer of a tool is ignored") {
    endpoint_fixture server;
    CHECK(server.modern_call("mis_answers_twice").text() == "first");
    CHECK(server.modern_call("mis_foreign_id").text() == "mine");
}

TEST_CASE("a tool that never answers times out, and the log says so") {
    endpoint_fixture server(100, 60ms);
    for (const bool modern : {true, false}) {
        const auto response =
            modern ? server.modern_call("mis_never_answers") : server.legacy_call("mis_never_answers");
        CHECK(response.status == 200);
        CHECK(response.error() == -32603);
        CHECK(response.sentence() == "The tool \"mis_never_answers\" did not answer within 60 ms.");
        CHECK(response.data().text() == R"({"plugin":"misbehaving","reason":"timeout","retriable":true})");
    }
    CHECK(server.log().says("warning: misbehaving: tool \"mis_never_answers\" did not answer within 60 ms\n"));
}

TEST_CASE("a tool whose call times out is cancelled") {
    endpoint_fixture server(100, 60ms);
    CHECK(server.modern_call("wait").data().at("reason").str() == "timeout");
    CHECK(server.log().will_say("scripted: woken: cancelled\n"));
}

TEST_CASE("a client that disconnects cancels its modern call, which gets no reply") {
    endpoint_fixture server;
    auto headers = test::modern_headers("tools/call");
    headers.name = "wait";
    test::collecting_outlet to(server.io(), headers);
    bool somebody_cared = false;
    to.on_notice = [&] { somebody_cared = to.disconnect(); };
    const auto response = server.send(
        endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling("wait"), R"("progressToken":1)"),
        to,
        server.ann);
    CHECK(somebody_cared);
    CHECK(response.json.empty());
    CHECK(server.log().will_say("scripted: cancel() was called\n"));
    CHECK(server.log().will_say("scripted: woken: cancelled\n"));
    CHECK_FALSE(server.log().says("did not answer"));
}

TEST_CASE("a client that disconnects does not cancel its legacy call") {
    endpoint_fixture server;
    test::collecting_outlet to(server.io(), wire::mirrored{});
    bool somebody_cared = false;
    to.on_notice = [&] { somebody_cared = somebody_cared || to.disconnect(); };
    const auto response =
        server.send(endpoint_fixture::legacy_body(
                        "tools/call", endpoint_fixture::calling("notices") + R"(,"_meta":{"progressToken":1})"),
                    to,
                    server.ann);
    CHECK(response.notices.size() == 100);
    CHECK_FALSE(somebody_cared);
    CHECK(response.error() == 0);
}

TEST_CASE("a tool whose plugin has a full queue is busy, and the error is retriable") {
    endpoint_fixture server;
    auto& narrow = *server.catalog().tools().find("narrow_wait")->from;
    const plugin::request request{"tools/call", "wait", "{}", "{}", {}, {}, {}, server.ann, {}};
    plugin::call first, second;
    server.io().call([&] { first = narrow.start(request, false, server.io().get_executor(), {}); });
    REQUIRE(server.log().will_say("narrow: waiting\n"));
    server.io().call([&] { second = narrow.start(request, false, server.io().get_executor(), {}); });

    const auto response = server.modern_call("narrow_fails");
    CHECK(response.error() == -32603);
    CHECK(response.sentence() == "The tool \"narrow_fails\" is busy. Try again later.");
    CHECK(response.data().text() == R"({"plugin":"narrow","reason":"busy","retriable":true})");
    CHECK(server.modern_call("echo", R"({"text":"still here"})").text() == "still here");

    server.io().call([&] {
        narrow.cancel(second);
        narrow.cancel(first);
    });
    while (server.modern_call("narrow_thread").error() != 0) std::this_thread::yield();  // until the queue has room
}
