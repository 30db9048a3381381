// tools/list and tools/call in both eras, with real plugins that answer well, badly, late or never.
#include <string>
#include <thread>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::office;

namespace {

// The names of all tools, read page by page.
std::vector<std::string> listed(office& here, bool modern, std::size_t& pages) {
    std::vector<std::string> names;
    std::string cursor;
    for (pages = 1;; ++pages) {
        const auto params = cursor.empty() ? "" : R"("cursor":")" + cursor + "\"";
        const auto heard = modern ? here.modern("tools/list", params) : here.legacy("tools/list", params);
        REQUIRE(heard.status == 200);
        for (const auto& tool : heard.result().at("tools")) names.push_back(tool.at("name").str());
        const auto next = heard.result().find("nextCursor");
        if (!next) return names;
        cursor = next->str();
    }
}

}  // namespace

TEST_CASE("a list is read whole, page by page, in both eras") {
    for (const std::size_t page_size : {1u, 7u, 1000u}) {
        office here(page_size);
        std::vector<std::string> expected;
        for (const auto& tool : here.tools().tools().entries()) expected.push_back(tool.name);
        for (const bool modern : {true, false}) {
            std::size_t pages = 0;
            CHECK(listed(here, modern, pages) == expected);
            CHECK(pages == (expected.size() + page_size - 1) / page_size);
        }
    }
}

TEST_CASE("a modern list says how long to believe it, on every page") {
    office here(5);
    auto heard = here.modern("tools/list");
    CHECK(heard.result().at("ttlMs").i64() >= 0);
    CHECK(heard.result().at("cacheScope").str() == "private");
    heard = here.modern("tools/list", R"("cursor":")" + heard.result().at("nextCursor").str() + "\"");
    CHECK(heard.result().at("ttlMs").i64() >= 0);
    CHECK(heard.result().at("resultType").str() == "complete");
}

TEST_CASE("a cursor that is not one of the list's is refused with what to do") {
    office here(5);
    for (const char* cursor : {"\"\"", "\"1\"", "\"0123456789abcdef-1\"", "1", "null", "{}", "[]"}) {
        CAPTURE(cursor);
        const auto params = R"("cursor":)" + std::string(cursor);
        for (const auto& heard : {here.modern("tools/list", params), here.legacy("tools/list", params)}) {
            CHECK(heard.error() == -32602);
            CHECK(heard.sentence() == "The cursor is not one of this list as it is now. Ask again without a cursor.");
        }
    }
}

TEST_CASE("a call reaches its tool and its answer comes back, in both eras") {
    office here;
    const auto modern = here.modern_call("echo", R"({"text":"Grüße \u0001 \"x\""})");
    CHECK(modern.status == 200);
    CHECK(modern.id() == "7");
    CHECK(modern.text() == "Grüße \x01 \"x\"");
    CHECK(modern.result().at("resultType").str() == "complete");
    CHECK(modern.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
    const auto legacy = here.legacy_call("echo", R"({"text":"hello"})");
    CHECK(legacy.text() == "hello");
    CHECK_FALSE(legacy.result().find("_meta"));
}

TEST_CASE("arguments that do not fit are told to the model, as a result and not as an error") {
    office here;
    for (const char* arguments : {"{}", R"({"text":1})", R"({"text":null})", R"({"texts":"x"})"}) {
        CAPTURE(arguments);
        for (const auto& heard : {here.modern_call("echo", arguments), here.legacy_call("echo", arguments)}) {
            CHECK(heard.status == 200);
            CHECK(heard.error() == 0);
            CHECK(heard.is_tool_error());
            CHECK(heard.text().find("arguments") != std::string::npos);
            CHECK(heard.text().find("text") != std::string::npos);
        }
    }
}

TEST_CASE("absent arguments are no arguments") {
    office here;
    const auto heard = here.legacy("tools/call", R"("name":"thread")");
    CHECK(heard.error() == 0);
    CHECK_FALSE(heard.is_tool_error());
}

TEST_CASE("a tool that there is not is named, without being believed") {
    office here;
    auto heard = here.legacy_call("no_such_tool");
    CHECK(heard.status == 200);
    CHECK(heard.error() == -32602);
    CHECK(heard.sentence() == "Unknown tool: \"no_such_tool\". tools/list shows those that there are.");
    heard = here.modern_call("no_such_tool");
    CHECK(heard.error() == -32602);
    heard = here.legacy_call(std::string(3000, 'x') + "\\u001b");
    CHECK(heard.sentence().size() < 300);
    CHECK(here.legacy_call("whoami").error() == -32602);  // its name is mis_whoami
}

TEST_CASE("a call whose params are not what they must be is refused with what is wrong") {
    office here;
    for (const char* params : {"", R"("name":1)", R"("name":null)", R"("names":"echo")"})
        CHECK(here.legacy("tools/call", params).sentence() == "params.name must be a string: the name of a tool.");
    for (const char* arguments : {"[]", "\"x\"", "1", "null"}) {
        const auto heard = here.legacy_call("echo", arguments);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.arguments must be an object.");
    }
}

TEST_CASE("a tool hears who asks, what of, and how it is traced, and is called by its own name") {
    office here;
    const auto heard = here.modern_call(
        "mis_whoami", R"({"a":1})",
        R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
        R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1","title":"C"})");
    const auto said = heard.result().at("structuredContent");
    CHECK(said.at("subject").str() == "ann");
    CHECK(said.at("issuer").str() == "open-access");
    CHECK(said.at("scopes").text() == R"(["*"])");
    CHECK(said.at("client").text() == R"({"name":"c","version":"1","capabilities":{}})");
    CHECK(said.at("traceparent").str() == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const auto params = said.at("params").str();
    CHECK(json::value(params).at("arguments").at("a").i64() == 1);
}

TEST_CASE("progress and log messages come before the answer, to those who asked for them") {
    office here;
    auto heard = here.modern_call("mis_notifies", "{}",
                                  R"("progressToken":"p","io.modelcontextprotocol/logLevel":"info")");
    CHECK(heard.text() == "notified");
    REQUIRE(heard.notices.size() == 6);
    const json::value first(heard.notices[0]);
    CHECK(first.at("method").str() == "notifications/progress");
    CHECK(first.at("params").at("progressToken").str() == "p");
    CHECK(first.at("params").at("progress").f64() == 1);
    CHECK(json::value(heard.notices[1]).at("method").str() == "notifications/message");
    for (const auto& notice : heard.notices) {
        CHECK_FALSE(wire::check_json(notice));
        CHECK(notice.find_first_of("\r\n") == std::string::npos);
    }

    CHECK(here.modern_call("mis_notifies").notices.empty());
    CHECK(here.modern_call("mis_notifies", "{}", R"("progressToken":1)").notices.size() == 3);
    CHECK(here.modern_call("mis_notifies", "{}", R"("io.modelcontextprotocol/logLevel":"error")").notices.empty());
    CHECK(here.legacy_call("mis_notifies").notices.size() == 3);  // log messages from info on
    CHECK(here.legacy_call("mis_notifies", "{}", R"("progressToken":1)").notices.size() == 6);
}

TEST_CASE("a plugin's own _meta stays, and what belongs to the server cannot be forged") {
    office here;
    const auto heard = here.modern_call("meta");
    CHECK(heard.json.find("forged") == std::string::npos);
    CHECK(heard.result().at("resultType").str() == "complete");
    CHECK(heard.result().at("_meta").at("key").i64() == 1);
    CHECK(heard.result().at("_meta").at("io.modelcontextprotocol/serverInfo").at("name").str() == "toolrack");
}

TEST_CASE("a tool's own failure is an error with its code and its sentence") {
    office here;
    const auto heard = here.legacy_call("fails");
    CHECK(heard.status == 200);
    CHECK(heard.error() == -32000);
    CHECK(heard.sentence() == "Out of paper.");
    const auto reserved = here.modern_call("mis_reserved_code");
    CHECK(reserved.status == 200);
    CHECK(reserved.error() == -32603);
    CHECK(reserved.sentence() == "Reserved.");
    CHECK(reserved.data().at("of").str() == "reserved_code");  // the name that the plugin knows
}

TEST_CASE("a tool that throws shows nothing of its inside") {
    office here;
    const auto heard = here.modern_call("mis_throws");
    CHECK(heard.json.find("canary") == std::string::npos);
    CHECK(here.log().says("internal canary 8d2f91"));
}

TEST_CASE("an answer that cannot be passed on is an error that names the tool, and the log says why") {
    office here;
    for (const char* tool : {"mis_answers_bad_json", "mis_answers_bad_utf8", "mis_finishes_unknown_outcome"}) {
        CAPTURE(tool);
        const auto heard = here.modern_call(tool);
        CHECK(heard.status == 200);
        CHECK(heard.error() == -32603);
        CHECK(heard.sentence() ==
              "The tool \"" + std::string(tool) +
                  "\" gave an answer that cannot be passed on; the server's log says why.");
        CHECK(heard.data().text() == R"({"plugin":"misbehaving","reason":"invalid answer","retriable":false})");
    }
    const auto empty = here.modern_call("without_content");
    CHECK(empty.error() == -32603);
    CHECK(empty.sentence() == "The tool \"without_content\" gave an answer that is not whole.");
    CHECK(here.log().says("error: patient: tool \"without_content\" answered without \"content\"\n"));
}

TEST_CASE("a tool that wants to go on later gets its state back, sealed for the one who asked") {
    office here;
    const auto heard = here.modern_call("input");
    CHECK(heard.status == 200);
    CHECK(heard.result().at("resultType").str() == "input_required");
    const auto state = heard.result().at("requestState").str();
    CHECK(state.find("{") == std::string::npos);

    auto headers = test::modern_headers("tools/call");
    headers.name = "input";
    const auto again =
        office::modern_body("tools/call", office::calling("input") + R"(,"requestState":")" + state + "\"");
    CHECK(here.say(again, headers).result().at("resultType").str() == "input_required");
    CHECK(here.say(again, headers, here.bob).error() == -32602);
}

TEST_CASE("a tool that wants to go on for ever is stopped") {
    office here;
    const auto heard = here.legacy_call("input");
    CHECK(heard.error() == -32603);
    CHECK(heard.data().at("reason").str() == "invalid answer");
    CHECK(here.log().says("error: patient: tool \"input\" asked for input 20 times\n"));
}

TEST_CASE("a tool that answers twice answers once") {
    office here;
    CHECK(here.modern_call("mis_answers_twice").text() == "first");
    CHECK(here.modern_call("mis_foreign_id").text() == "mine");
}

TEST_CASE("a tool that never answers is answered for, and said so") {
    office here(100, 60ms);
    for (const bool modern : {true, false}) {
        const auto heard = modern ? here.modern_call("mis_never_answers") : here.legacy_call("mis_never_answers");
        CHECK(heard.status == 200);
        CHECK(heard.error() == -32603);
        CHECK(heard.sentence() == "The tool \"mis_never_answers\" did not answer within 60 ms.");
        CHECK(heard.data().text() == R"({"plugin":"misbehaving","reason":"timeout","retriable":true})");
    }
    CHECK(here.log().says("warning: misbehaving: tool \"mis_never_answers\" did not answer within 60 ms\n"));
}

TEST_CASE("a tool whose time is up is told") {
    office here(100, 60ms);
    CHECK(here.modern_call("wait").data().at("reason").str() == "timeout");
    CHECK(here.log().will_say("patient: woken: nobody waits\n"));
}

TEST_CASE("a client that leaves cancels its modern call, which then has no answer") {
    office here;
    auto headers = test::modern_headers("tools/call");
    headers.name = "wait";
    test::collecting_outlet to(here.room(), headers);
    bool somebody_cared = false;
    to.on_notice = [&] { somebody_cared = to.leave(); };
    const auto heard =
        here.say(office::modern_body("tools/call", office::calling("wait"), R"("progressToken":1)"), to, here.ann);
    CHECK(somebody_cared);
    CHECK(heard.json.empty());
    CHECK(here.log().will_say("patient: cancel was heard\n"));
    CHECK(here.log().will_say("patient: woken: nobody waits\n"));
    CHECK_FALSE(here.log().says("did not answer"));
}

TEST_CASE("a client that leaves does not cancel its legacy call") {
    office here;
    test::collecting_outlet to(here.room(), wire::mirrored{});
    bool somebody_cared = false;
    to.on_notice = [&] { somebody_cared = somebody_cared || to.leave(); };
    const auto heard = here.say(
        office::legacy_body("tools/call", office::calling("notices") + R"(,"_meta":{"progressToken":1})"), to,
        here.ann);
    CHECK(heard.notices.size() == 100);
    CHECK_FALSE(somebody_cared);
    CHECK(heard.error() == 0);
}

TEST_CASE("a tool whose plugin is full says that it is busy and may be tried again") {
    office here;
    auto& narrow = *here.tools().tools().find("narrow_wait")->from;
    const plugin::request request{"tools/call", "wait", "{}", "{}", {}, {}, {}, here.ann, {}};
    plugin::call first, second;
    here.room().call([&] { first = narrow.start(request, false, here.room().get_executor(), {}); });
    REQUIRE(here.log().will_say("narrow: waiting\n"));
    here.room().call([&] { second = narrow.start(request, false, here.room().get_executor(), {}); });

    const auto heard = here.modern_call("narrow_fails");
    CHECK(heard.error() == -32603);
    CHECK(heard.sentence() == "The tool \"narrow_fails\" is busy. Try again in a moment.");
    CHECK(heard.data().text() == R"({"plugin":"narrow","reason":"busy","retriable":true})");
    CHECK(here.modern_call("echo", R"({"text":"still here"})").text() == "still here");

    here.room().call([&] {
        narrow.cancel(second);
        narrow.cancel(first);
    });
    while (here.modern_call("narrow_thread").error() != 0) std::this_thread::yield();  // until it has room again
}
