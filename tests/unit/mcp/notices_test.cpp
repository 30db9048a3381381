#include "mcp/notices.hpp"

#include <toolrack/json.hpp>

#include <string>

#include "catch.hpp"

using namespace toolrack;
using mcp::log_level;

namespace {

// Who listens: a request with this _meta, that wants log messages from `least` on.
struct listener {
    explicit listener(const std::string& meta, std::optional<log_level> least = std::nullopt)
        : body(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":)" + meta + "}}"),
          message(*wire::parse_message(body, {})), listening(message, least) {}

    std::string hears(std::string_view method, std::string_view params) const {
        return listening.fit(method, params).value_or("nothing");
    }
    std::string body;
    wire::message message;
    mcp::listening listening;
};

constexpr auto progress = "notifications/progress", log_message = "notifications/message";

}  // namespace

TEST_CASE("every level of RFC 5424 is known by its MCP name, in order") {
    CHECK(mcp::read_log_level("debug") == log_level::debug);
    CHECK(mcp::read_log_level("emergency") == log_level::emergency);
    CHECK(log_level::debug < log_level::info);
    CHECK(log_level::warning < log_level::error);
    CHECK(log_level::alert < log_level::emergency);
    int number = 0;
    for (const char* name : {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})
        CHECK(mcp::read_log_level(name) == static_cast<log_level>(number++));
    for (const char* odd : {"", "DEBUG", "warn", "fatal", "info "}) CHECK_FALSE(mcp::read_log_level(odd));
}

TEST_CASE("progress gets the token that the client gave, exactly as it gave it") {
    CHECK(listener(R"({"progressToken":"t\u0031"})").hears(progress, R"({"progress":1,"total":2})") ==
          R"({"jsonrpc":"2.0","method":"notifications/progress",)"
          R"("params":{"progressToken":"t\u0031","progress":1,"total":2}})");
    CHECK(listener(R"({"progressToken":7})").hears(progress, R"({"progress":1})") ==
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
}

TEST_CASE("a token that the plugin made up is replaced") {
    const auto heard =
        listener(R"({"progressToken":"mine"})").hears(progress, R"({"progress":1,"progressToken":"forged"})");
    CHECK(heard.find("forged") == std::string::npos);
    CHECK(json::value(heard).at("params").at("progressToken").str() == "mine");
    const auto escaped =
        listener(R"({"progressToken":"mine"})").hears(progress, R"({"progress":1,"\u0070rogressToken":"forged"})");
    CHECK(escaped.find("forged") == std::string::npos);
}

TEST_CASE("progress that nobody asked for, or that says nothing, is dropped") {
    CHECK(listener("{}").hears(progress, R"({"progress":1})") == "nothing");
    for (const char* token : {"null", "true", "[]", "{}"})
        CHECK(listener(R"({"progressToken":)" + std::string(token) + "}").hears(progress, R"({"progress":1})") ==
              "nothing");
    for (const char* params : {"{}", R"({"progress":"1"})", R"({"progress":null})", R"({"total":1})"})
        CHECK(listener(R"({"progressToken":1})").hears(progress, params) == "nothing");
}

TEST_CASE("a log message passes when it is severe enough for the client") {
    const listener warned("{}", log_level::warning);
    CHECK(warned.hears(log_message, R"({"level":"warning","data":"x"})") ==
          R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"x"}})");
    CHECK(warned.hears(log_message, R"({"level":"emergency","data":null})") != "nothing");
    CHECK(warned.hears(log_message, R"({"level":"notice","data":"x"})") == "nothing");
    CHECK(warned.hears(log_message, R"({"level":"debug","data":"x"})") == "nothing");
    CHECK(listener("{}", log_level::debug).hears(log_message, R"({"level":"debug","data":1})") != "nothing");
}

TEST_CASE("a client that asked for no log messages gets none") {
    CHECK(listener("{}").hears(log_message, R"({"level":"emergency","data":"x"})") == "nothing");
}

TEST_CASE("a log message that is not whole is dropped") {
    const listener all("{}", log_level::debug);
    for (const char* params : {"{}", R"({"level":"info"})", R"({"data":"x"})", R"({"level":"loud","data":"x"})",
                               R"({"level":6,"data":"x"})"})
        CHECK(all.hears(log_message, params) == "nothing");
}

TEST_CASE("nothing else passes, so that no plugin can speak for the server") {
    const listener all(R"({"progressToken":1})", log_level::debug);
    for (const char* method : {"notifications/tools/list_changed", "notifications/cancelled",
                               "notifications/initialized", "notifications/subscriptions/acknowledged",
                               "sampling/createMessage", "elicitation/create", "ping", "", "Notifications/progress"})
        CHECK(all.hears(method, R"({"progress":1,"level":"info","data":1})") == "nothing");
}

TEST_CASE("a notice is one line") {
    const listener all(R"({"progressToken":1})", log_level::debug);
    for (const auto& heard : {all.hears(progress, "{\r\n\"progress\":1,\n\"message\":\"a\\nb\"\n}"),
                              all.hears(log_message, "{\n\"level\":\"info\",\r\"data\":{\n}}")}) {
        CHECK(heard != "nothing");
        CHECK(heard.find_first_of("\r\n") == std::string::npos);
    }
}
