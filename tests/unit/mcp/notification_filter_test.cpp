#include "mcp/notification_filter.hpp"

#include <toolrack/json.hpp>

#include <string>

#include "catch.hpp"

using namespace toolrack;
using mcp::log_level;

namespace {

// The filter of a request with this _meta, whose client wants log messages from `least` on.
struct filter_fixture {
    explicit filter_fixture(const std::string& meta, std::optional<log_level> least = std::nullopt)
        : body(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":)" + meta + "}}"),
          message(*wire::parse_message(body, {})), filter(message, least) {}

    std::string apply(std::string_view method, std::string_view params) const {
        return filter.apply(method, params).value_or("dropped");
    }
    std::string body;
    wire::message message;
    mcp::notification_filter filter;
};

constexpr auto progress = "notifications/progress", log_message = "notifications/message";

}  // namespace

TEST_CASE("every level of RFC 5424 is read from its MCP name, in order") {
    CHECK(mcp::read_log_level("debug") == log_level::debug);
    CHECK(mcp::read_log_level("emergency") == log_level::emergency);
    CHECK(log_level::debug < log_level::info);
    CHECK(log_level::warning < log_level::error);
    CHECK(log_level::alert < log_level::emergency);
    int number = 0;
    for (const char* name : {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})
        CHECK(mcp::read_log_level(name) == static_cast<log_level>(number++));
    for (const char* invalid : {"", "DEBUG", "warn", "fatal", "info "}) CHECK_FALSE(mcp::read_log_level(invalid));
}

TEST_CASE("progress gets the client's token byte for byte") {
    CHECK(filter_fixture(R"({"progressToken":"t\u0031"})").apply(progress, R"({"progress":1,"total":2})") ==
          R"({"jsonrpc":"2.0","method":"notifications/progress",)"
          R"("params":{"progressToken":"t\u0031","progress":1,"total":2}})");
    CHECK(filter_fixture(R"({"progressToken":7})").apply(progress, R"({"progress":1})") ==
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
}

TEST_CASE("a progress token of the plugin is replaced") {
    const auto response =
        filter_fixture(R"({"progressToken":"mine"})").apply(progress, R"({"progress":1,"progressToken":"forged"})");
    CHECK(response.find("forged") == std::string::npos);
    CHECK(json::value(response).at("params").at("progressToken").str() == "mine");
    const auto escaped = filter_fixture(R"({"progressToken":"mine"})")
                             .apply(progress, R"({"progress":1,"\u0070rogressToken":"forged"})");
    CHECK(escaped.find("forged") == std::string::npos);
}

TEST_CASE("progress without a client token, or without a number, is dropped") {
    CHECK(filter_fixture("{}").apply(progress, R"({"progress":1})") == "dropped");
    for (const char* token : {"null", "true", "[]", "{}"})
        CHECK(filter_fixture(R"({"progressToken":)" + std::string(token) + "}").apply(progress, R"({"progress":1})") ==
              "dropped");
    for (const char* params : {"{}", R"({"progress":"1"})", R"({"progress":null})", R"({"total":1})"})
        CHECK(filter_fixture(R"({"progressToken":1})").apply(progress, params) == "dropped");
}

TEST_CASE("a log message passes from the client's level on") {
    const filter_fixture warned("{}", log_level::warning);
    CHECK(warned.apply(log_message, R"({"level":"warning","data":"x"})") ==
          R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"x"}})");
    CHECK(warned.apply(log_message, R"({"level":"emergency","data":null})") != "dropped");
    CHECK(warned.apply(log_message, R"({"level":"notice","data":"x"})") == "dropped");
    CHECK(warned.apply(log_message, R"({"level":"debug","data":"x"})") == "dropped");
    CHECK(filter_fixture("{}", log_level::debug).apply(log_message, R"({"level":"debug","data":1})") != "dropped");
}

TEST_CASE("a client that wants no log messages gets none") {
    CHECK(filter_fixture("{}").apply(log_message, R"({"level":"emergency","data":"x"})") == "dropped");
}

TEST_CASE("an incomplete log message is dropped") {
    const filter_fixture all("{}", log_level::debug);
    for (const char* params : {"{}",
                               R"({"level":"info"})",
                               R"({"data":"x"})",
                               R"({"level":"loud","data":"x"})",
                               R"({"level":6,"data":"x"})"})
        CHECK(all.apply(log_message, params) == "dropped");
}

TEST_CASE("every other notification is dropped") {
    const filter_fixture all(R"({"progressToken":1})", log_level::debug);
    for (const char* method : {"notifications/tools/list_changed",
                               "notifications/cancelled",
                               "notifications/initialized",
                               "notifications/subscriptions/acknowledged",
                               "sampling/createMessage",
                               "elicitation/create",
                               "ping",
                               "",
                               "Notifications/progress"})
        CHECK(all.apply(method, R"({"progress":1,"level":"info","data":1})") == "dropped");
}

TEST_CASE("a notification is one line") {
    const filter_fixture all(R"({"progressToken":1})", log_level::debug);
    for (const auto& response : {all.apply(progress, "{\r\n\"progress\":1,\n\"message\":\"a\\nb\"\n}"),
                                 all.apply(log_message, "{\n\"level\":\"info\",\r\"data\":{\n}}")}) {
        CHECK(response != "dropped");
        CHECK(response.find_first_of("\r\n") == std::string::npos);
    }
}
