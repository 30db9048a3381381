#include "wire/meta.hpp"

#include <array>
#include <string>

#include "catch.hpp"
#include "wire/message.hpp"

using namespace toolrack;
using wire::meta;

namespace {

// Every member that is read, by its name.
struct member {
    std::string_view name;
    std::optional<json::value> meta::*place;
};
constexpr std::array members{member{"io.modelcontextprotocol/protocolVersion", &meta::version},
                             member{"io.modelcontextprotocol/clientInfo", &meta::client_info},
                             member{"io.modelcontextprotocol/clientCapabilities", &meta::capabilities},
                             member{"io.modelcontextprotocol/logLevel", &meta::log_level},
                             member{"progressToken", &meta::progress_token},
                             member{"traceparent", &meta::traceparent}};

meta read(std::string_view text) { return wire::read_meta(json::value(text)); }

bool is_empty(const meta& read) {
    for (const auto& one : members)
        if (read.*one.place) return false;
    return true;
}

}  // namespace

TEST_CASE("each member of _meta is found by its name, and only that one") {
    for (const auto& wanted : members) {
        CAPTURE(wanted.name);
        const auto text = R"({"x":1,")" + std::string(wanted.name) + R"(":{"here":[1]},"y":2})";
        const auto found = read(text);
        for (const auto& one : members) {
            CHECK((found.*one.place).has_value() == (one.name == wanted.name));
            if (found.*one.place) CHECK((found.*one.place)->text() == R"({"here":[1]})");
        }
    }
}

TEST_CASE("all members of _meta are read, in any order") {
    const auto found = read(R"({"traceparent":"t","progressToken":7,"io.modelcontextprotocol/logLevel":"info",
        "io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c"},
        "io.modelcontextprotocol/protocolVersion":"2026-07-28"})");
    CHECK(found.traceparent->str() == "t");
    CHECK(found.progress_token->text() == "7");
    CHECK(found.log_level->str() == "info");
    CHECK(found.capabilities->text() == "{}");
    CHECK(found.client_info->at("name").str() == "c");
    CHECK(found.version->str() == "2026-07-28");
}

TEST_CASE("a name that is written with escapes is the same name") {
    CHECK(read(R"({"progressT\u006fken":1})").progress_token);
    CHECK(read(R"({"io.modelcontextprotocol\/protocolVersion":"v"})").version);
}

TEST_CASE("a similar name is a different member") {
    CHECK(is_empty(read(R"({"ProgressToken":1,"progresstoken":1,"protocolVersion":"x","traceParent":"x","clientInfo":{},
        "modelcontextprotocol.io/protocolVersion":"x","io.modelcontextprotocol/protocolversion":"x",)"
                        R"(" progressToken":1})")));
    CHECK(is_empty(read(R"({"inner":{"progressToken":1,"traceparent":"t"}})")));
}

TEST_CASE("the types of members are not checked") {
    for (std::string_view odd : {"null", "[]", "false", "1e3"}) {
        const auto text = R"({"io.modelcontextprotocol/protocolVersion":)" + std::string(odd) + "}";
        const auto found = read(text);
        REQUIRE(found.version);
        CHECK(found.version->text() == odd);
    }
}

TEST_CASE("a value that is not an object has no members") {
    for (std::string_view text : {"{}", "[]", R"(["progressToken"])", "null", "\"progressToken\"", "1", ""})
        CHECK(is_empty(read(text)));
}

TEST_CASE("_meta is read from the message, and is empty without one") {
    const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"x",)"
                             R"("params":{"_meta":{"progressToken":"p"},"a":{"_meta":{"traceparent":"t"}}}})";
    const auto message = wire::parse_message(body, {});
    REQUIRE(message.has_value());
    CHECK(message->meta.progress_token->str() == "p");
    CHECK_FALSE(message->meta.traceparent);
    for (const char* none : {R"({"jsonrpc":"2.0","id":1,"method":"x"})",
                             R"({"jsonrpc":"2.0","id":1,"result":{"_meta":{"progressToken":1}}})"})
        CHECK(is_empty(wire::parse_message(none, {})->meta));
}
