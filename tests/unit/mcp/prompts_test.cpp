// prompts/list and prompts/get, in both eras.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;

namespace {

response modern_get(endpoint_fixture& server, const std::string& name, const std::string& arguments = "{}") {
    auto headers = test::modern_headers("prompts/get");
    headers.name = name;
    return server.send(endpoint_fixture::modern_body("prompts/get", endpoint_fixture::calling(name, arguments)),
                       headers);
}
response legacy_get(endpoint_fixture& server, const std::string& name, const std::string& arguments = "{}") {
    return server.legacy("prompts/get", endpoint_fixture::calling(name, arguments));
}

}  // namespace

TEST_CASE("prompts are listed in both eras, with caching hints in the modern one") {
    endpoint_fixture server({test::books});
    const auto legacy = server.legacy("prompts/list"), modern = server.modern("prompts/list");
    for (const auto* response : {&legacy, &modern}) {
        const auto prompts = response->result().at("prompts");
        CHECK(prompts.size() == 3);
        CHECK(prompts.at(0).at("name").str() == "letter");
        CHECK(prompts.at(0).at("arguments").at(0).at("name").str() == "who");
    }
    CHECK_FALSE(legacy.result().find("ttlMs"));
    CHECK(modern.result().at("ttlMs").i64() > 0);
    CHECK(modern.result().at("cacheScope").str() == "private");
}

TEST_CASE("prompts are declared when a plugin offers one") {
    endpoint_fixture server({test::books});
    const auto initialized = server.legacy("initialize", R"("protocolVersion":"2025-11-25")");
    for (const auto& response : {initialized, server.modern("server/discover")}) {
        const auto can = response.result().at("capabilities");
        CHECK(can.at("prompts").text() == R"({"listChanged":true})");
        CHECK(can.at("completions").is_object());
    }
}

TEST_CASE("a prompt gets its arguments and answers with messages, in both eras") {
    endpoint_fixture server({test::books});
    const auto legacy = legacy_get(server, "letter", R"({"who":"Ann","tone":"warmly"})"),
               modern = modern_get(server, "letter", R"({"who":"Ann","tone":"warmly"})");
    for (const auto* response : {&legacy, &modern}) {
        CHECK(response->status == 200);
        CHECK(response->id() == "7");
        CHECK(response->result().at("messages").text() ==
              R"([{"role":"user","content":{"type":"text","text":"Dear Ann, warmly"}},)"
              R"({"role":"assistant","content":{"type":"text","text":"Yours"}}])");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK(modern.result().at("resultType").str() == "complete");
    CHECK_FALSE(modern.result().find("ttlMs"));  // only lists and resources are cached
}

TEST_CASE("a plugin gets a prompt's name without the prefix") {
    auto prefixed = test::books;
    prefixed.prefix = "room_";
    endpoint_fixture server({prefixed});
    CHECK(legacy_get(server, "room_letter", R"({"who":"Ann"})").error() == 0);
    CHECK(legacy_get(server, "letter", R"({"who":"Ann"})").error() == -32602);
}

TEST_CASE("an unknown prompt is named in the error, shortened and printable") {
    endpoint_fixture server({test::books});
    for (const auto& response : {legacy_get(server, "no_such"), modern_get(server, "no_such")}) {
        CHECK(response.status == 200);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "Unknown prompt: \"no_such\". prompts/list returns the available prompts.");
    }
    CHECK(legacy_get(server, std::string(3000, 'x') + "\\u001b").sentence().size() < 300);
    CHECK(legacy_get(server, "borrow").error() == -32602);  // a tool is no prompt
}

TEST_CASE("a missing required argument is named, and optional ones may be absent") {
    endpoint_fixture server({test::books});
    for (const char* arguments : {"{}", R"({"tone":"x"})", R"({"Who":"x"})"}) {
        for (const auto& response :
             {legacy_get(server, "letter", arguments), modern_get(server, "letter", arguments)}) {
            CHECK(response.error() == -32602);
            CHECK(response.sentence() == "The prompt \"letter\" requires the argument \"who\".");
        }
    }
    CHECK(server.legacy("prompts/get", R"("name":"letter")").error() == -32602);
    CHECK(legacy_get(server, "letter", R"({"who":""})").error() == 0);
    CHECK(legacy_get(server, "letter", R"({"who":"x","unasked":"y"})").error() == 0);
}

TEST_CASE("prompts/get with invalid params is refused with the reason") {
    endpoint_fixture server({test::books});
    for (const char* params : {"", R"("name":1)", R"("name":null)"})
        CHECK(server.legacy("prompts/get", params).sentence() == "params.name must be a string: the name of a prompt.");
    for (const char* arguments : {"[]", "\"x\"", "null"})
        CHECK(legacy_get(server, "letter", arguments).sentence() == "params.arguments must be an object.");
    for (const char* argument : {"1", "null", "{}", "[\"x\"]"}) {
        const auto response = legacy_get(server, "letter", R"({"who":)" + std::string(argument) + "}");
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "The argument \"who\" of a prompt must be a string.");
    }
}

TEST_CASE("an error of a prompt keeps its code and its message") {
    endpoint_fixture server({test::books});
    for (const auto& response : {legacy_get(server, "closed"), modern_get(server, "closed")}) {
        CHECK(response.error() == -32000);
        CHECK(response.sentence() == "The room is closed.");
    }
}

TEST_CASE("a prompt result without messages is an invalid answer") {
    endpoint_fixture server({test::books});
    const auto response = legacy_get(server, "silent");
    CHECK(response.error() == -32603);
    CHECK(response.sentence() == "The prompt \"silent\" returned an invalid answer. The server's log has the reason.");
    CHECK(server.log().says("error: books: invalid answer of the prompt \"silent\": no \"messages\"\n"));
}
