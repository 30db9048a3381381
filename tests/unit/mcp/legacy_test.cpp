// The legacy era: initialize, sessions, and the call without either that a plain curl makes.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::office;

namespace {

std::string initialize(const std::string& version, const std::string& more = "") {
    return office::legacy_body("initialize", R"("protocolVersion":")" + version + "\"" + more);
}

constexpr auto initialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

}  // namespace

TEST_CASE("initialize agrees on the version that was asked for, or offers the newest one") {
    office here;
    struct row {
        const char* asked;
        const char* agreed;
    };
    for (const auto& [asked, agreed] : {row{"2025-11-25", "2025-11-25"}, {"2025-06-18", "2025-06-18"},
                                        {"2025-03-26", "2025-03-26"}, {"2024-11-05", "2025-11-25"},
                                        {"2026-07-28", "2025-11-25"}, {"9999-01-01", "2025-11-25"},
                                        {"", "2025-11-25"}}) {
        CAPTURE(asked);
        const auto heard = here.say(initialize(asked), wire::mirrored{});
        CHECK(heard.status == 200);
        const auto result = heard.result();
        CHECK(result.at("protocolVersion").str() == agreed);
        CHECK(result.at("serverInfo").at("name").str() == "toolrack");
        CHECK(result.at("capabilities").at("tools").is_object());
        CHECK_FALSE(result.find("resultType"));
        CHECK(heard.session.size() == 24);
    }
}

TEST_CASE("initialize without a version is refused, and makes no session") {
    office here;
    for (const char* params : {"", R"("protocolVersion":1)", R"("protocolVersion":null)"}) {
        const auto heard = here.legacy("initialize", params);
        CHECK(heard.error() == -32602);
        CHECK(heard.session.empty());
    }
    CHECK(here.sessions().size() == 0);
}

TEST_CASE("a client that says too much of itself is refused") {
    office here;
    const auto heard = here.say(
        initialize("2025-11-25", R"(,"clientInfo":{"name":")" + std::string(17'000, 'x') + "\"}"), wire::mirrored{});
    CHECK(heard.error() == -32602);
    CHECK(heard.sentence() == "clientInfo and capabilities are longer than 16 KiB.");
    CHECK(here.sessions().size() == 0);
}

TEST_CASE("a session serves who made it, and is not there for anybody else") {
    office here;
    const auto name = here.say(initialize("2025-11-25"), wire::mirrored{}).session;
    CHECK(here.say_in(name, initialized).status == 202);
    CHECK(here.say_in(name, office::legacy_body("tools/list")).status == 200);

    const auto other = here.say_in(name, office::legacy_body("tools/list"), here.bob);
    CHECK(other.status == 404);
    CHECK(other.error() == -32600);
    CHECK(other.id() == "7");
    CHECK(other.sentence().find("Send initialize to begin a new one.") != std::string::npos);
}

TEST_CASE("an unknown session is a 404 for every kind of message, but not for initialize") {
    office here;
    for (const std::string& body :
         {office::legacy_body("tools/list"), office::legacy_body("ping"), std::string(initialized),
          std::string(R"({"jsonrpc":"2.0","id":1,"result":{}})"), office::legacy_body("no/such/method")}) {
        CAPTURE(body);
        CHECK(here.say_in("never-was", body).status == 404);
    }
    const auto again = here.say_in("never-was", initialize("2025-11-25"));
    CHECK(again.status == 200);
    CHECK_FALSE(again.session.empty());
}

TEST_CASE("a session that was ended is gone, and only who made it can end it") {
    office here;
    const auto name = here.say(initialize("2025-11-25"), wire::mirrored{}).session;
    CHECK_FALSE(here.server().end_session(name, here.bob));
    CHECK_FALSE(here.server().end_session("never-was", here.ann));
    CHECK(here.say_in(name, office::legacy_body("ping")).status == 200);
    CHECK(here.server().end_session(name, here.ann));
    CHECK(here.say_in(name, office::legacy_body("ping")).status == 404);
}

TEST_CASE("the guide's curl line is answered without a session, a header or an initialize") {
    office here;
    const auto heard = here.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", wire::mirrored{});
    CHECK(heard.status == 200);
    CHECK(heard.session.empty());
    CHECK(heard.result().at("tools").at(0).at("name").str() == "echo");
    CHECK(here.legacy_call("echo", R"({"text":"hello"})").text() == "hello");
}

TEST_CASE("ping answers with nothing") {
    office here;
    CHECK(here.legacy("ping").json == R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

TEST_CASE("notifications and responses are taken without a word") {
    office here;
    for (const char* body : {initialized,
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
                             R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}})",
                             R"({"jsonrpc":"2.0","id":1,"result":{}})",
                             R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}})"}) {
        const auto heard = here.say(body, wire::mirrored{});
        CHECK(heard.status == 202);
        CHECK(heard.json.empty());
    }
}

TEST_CASE("a method that there is not is an error with status 200, as legacy clients expect") {
    office here;
    for (const char* method : {"server/discover", "prompts/list", "resources/list", "no/such", "Tools/list"}) {
        const auto heard = here.legacy(method);
        CHECK(heard.status == 200);
        CHECK(heard.error() == -32601);
    }
}

TEST_CASE("the log level that a session sets decides what it hears") {
    office here;
    const auto name = here.say(initialize("2025-11-25"), wire::mirrored{}).session;
    const auto call = office::legacy_body("tools/call", office::calling("mis_notifies"));
    const auto set = [&](const std::string& level) {
        return here.say_in(name, office::legacy_body("logging/setLevel", R"("level":)" + level));
    };
    CHECK(here.say_in(name, call).notices.size() == 3);  // info, until something else is said
    CHECK(set("\"warning\"").json == R"({"jsonrpc":"2.0","id":7,"result":{}})");
    CHECK(here.say_in(name, call).notices.empty());
    CHECK(set("\"debug\"").error() == 0);
    CHECK(here.say_in(name, call).notices.size() == 3);
    for (const char* odd : {"\"loud\"", "7", "null", "\"\""}) CHECK(set(odd).error() == -32602);
    CHECK(here.say_in(name, call).notices.size() == 3);
}

TEST_CASE("a tool hears of the client what initialize said") {
    office here;
    const auto name =
        here.say(initialize("2025-06-18",
                            R"(,"clientInfo":{"name":"c","version":"2","secret":1},"capabilities":{"roots":{}})"),
                 wire::mirrored{})
            .session;
    const auto heard = here.say_in(name, office::legacy_body("tools/call", office::calling("mis_whoami")));
    const auto said = heard.result().at("structuredContent");
    CHECK(said.at("client").text() == R"({"name":"c","version":"2","capabilities":{"roots":{}}})");
    CHECK(said.at("subject").str() == "ann");
}
