// prompts/list and prompts/get, in both eras.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::heard;
using test::office;

namespace {

heard modern_get(office& here, const std::string& name, const std::string& arguments = "{}") {
    auto headers = test::modern_headers("prompts/get");
    headers.name = name;
    return here.say(office::modern_body("prompts/get", office::calling(name, arguments)), headers);
}
heard legacy_get(office& here, const std::string& name, const std::string& arguments = "{}") {
    return here.legacy("prompts/get", office::calling(name, arguments));
}

}  // namespace

TEST_CASE("prompts are listed in both eras, and believed for a while in the modern one") {
    office here({test::reading_room});
    const auto legacy = here.legacy("prompts/list"), modern = here.modern("prompts/list");
    for (const auto* heard : {&legacy, &modern}) {
        const auto prompts = heard->result().at("prompts");
        CHECK(prompts.size() == 3);
        CHECK(prompts.at(0).at("name").str() == "letter");
        CHECK(prompts.at(0).at("arguments").at(0).at("name").str() == "who");
    }
    CHECK_FALSE(legacy.result().find("ttlMs"));
    CHECK(modern.result().at("ttlMs").i64() > 0);
    CHECK(modern.result().at("cacheScope").str() == "private");
}

TEST_CASE("prompts are declared when somebody offers one") {
    office here({test::reading_room});
    const auto initialized = here.legacy("initialize", R"("protocolVersion":"2025-11-25")");
    for (const auto& heard : {initialized, here.modern("server/discover")}) {
        const auto can = heard.result().at("capabilities");
        CHECK(can.at("prompts").text() == R"({"listChanged":true})");
        CHECK(can.at("completions").is_object());
    }
}

TEST_CASE("a prompt is given its arguments and answers with messages, in both eras") {
    office here({test::reading_room});
    const auto legacy = legacy_get(here, "letter", R"({"who":"Ann","tone":"warmly"})"),
               modern = modern_get(here, "letter", R"({"who":"Ann","tone":"warmly"})");
    for (const auto* heard : {&legacy, &modern}) {
        CHECK(heard->status == 200);
        CHECK(heard->id() == "7");
        CHECK(heard->result().at("messages").text() ==
              R"([{"role":"user","content":{"type":"text","text":"Dear Ann, warmly"}},)"
              R"({"role":"assistant","content":{"type":"text","text":"Yours"}}])");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK(modern.result().at("resultType").str() == "complete");
    CHECK_FALSE(modern.result().find("ttlMs"));  // only lists and resources are cached
}

TEST_CASE("a prompt is called by its own name, whatever prefix clients see") {
    auto prefixed = test::reading_room;
    prefixed.prefix = "room_";
    office here({prefixed});
    CHECK(legacy_get(here, "room_letter", R"({"who":"Ann"})").error() == 0);
    CHECK(legacy_get(here, "letter", R"({"who":"Ann"})").error() == -32602);
}

TEST_CASE("a prompt that there is not is named, without being believed") {
    office here({test::reading_room});
    for (const auto& heard : {legacy_get(here, "no_such"), modern_get(here, "no_such")}) {
        CHECK(heard.status == 200);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "Unknown prompt: \"no_such\". prompts/list shows those that there are.");
    }
    CHECK(legacy_get(here, std::string(3000, 'x') + "\\u001b").sentence().size() < 300);
    CHECK(legacy_get(here, "borrow").error() == -32602);  // a tool is no prompt
}

TEST_CASE("an argument that a prompt needs is missed by name, and others are not") {
    office here({test::reading_room});
    for (const char* arguments : {"{}", R"({"tone":"x"})", R"({"Who":"x"})"}) {
        for (const auto& heard : {legacy_get(here, "letter", arguments), modern_get(here, "letter", arguments)}) {
            CHECK(heard.error() == -32602);
            CHECK(heard.sentence() == "The prompt \"letter\" needs the argument \"who\".");
        }
    }
    CHECK(here.legacy("prompts/get", R"("name":"letter")").error() == -32602);
    CHECK(legacy_get(here, "letter", R"({"who":""})").error() == 0);
    CHECK(legacy_get(here, "letter", R"({"who":"x","unasked":"y"})").error() == 0);
}

TEST_CASE("prompts/get whose params are not what they must be is refused with what is wrong") {
    office here({test::reading_room});
    for (const char* params : {"", R"("name":1)", R"("name":null)"})
        CHECK(here.legacy("prompts/get", params).sentence() == "params.name must be a string: the name of a prompt.");
    for (const char* arguments : {"[]", "\"x\"", "null"})
        CHECK(legacy_get(here, "letter", arguments).sentence() == "params.arguments must be an object.");
    for (const char* argument : {"1", "null", "{}", "[\"x\"]"}) {
        const auto heard = legacy_get(here, "letter", R"({"who":)" + std::string(argument) + "}");
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "The argument \"who\" of a prompt must be a string.");
    }
}

TEST_CASE("a prompt's own failure is an error with its code and its sentence") {
    office here({test::reading_room});
    for (const auto& heard : {legacy_get(here, "closed"), modern_get(here, "closed")}) {
        CHECK(heard.error() == -32000);
        CHECK(heard.sentence() == "The room is closed.");
    }
}

TEST_CASE("a prompt that answers without messages is answered for") {
    office here({test::reading_room});
    const auto heard = legacy_get(here, "silent");
    CHECK(heard.error() == -32603);
    CHECK(heard.sentence() == "The prompt \"silent\" gave an answer that is not whole.");
    CHECK(here.log().says("error: reading-room: prompt \"silent\" answered without \"messages\"\n"));
}
