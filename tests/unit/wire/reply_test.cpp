#include "wire/reply.hpp"

#include <set>
#include <string>
#include <string_view>

#include <toolrack/json.hpp>

#include "catch.hpp"
#include "identity/refusal.hpp"
#include "wire/json.hpp"

using namespace toolrack;

TEST_CASE("an error reply is one line with the given code, sentence and id") {
    const auto reply = wire::error_reply("\"x\"", wire::invalid_params, "No.", 400);
    CHECK(reply.status == 400);
    CHECK(reply.json == R"({"jsonrpc":"2.0","id":"x","error":{"code":-32602,"message":"No."}})");
    CHECK(reply.session.empty());
    CHECK(wire::error_reply("1", -1, "No.").status == 200);
}

TEST_CASE("an error reply without an id has no id member at all") {
    CHECK(wire::error_reply({}, wire::parse_error, "No.").json ==
          R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"No."}})");
}

TEST_CASE("an error reply has its data unchanged") {
    CHECK(wire::error_reply("1", wire::unsupported_version, "No.", 400, R"({"supported":[]})").json ==
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"No.","data":{"supported":[]}}})");
}

TEST_CASE("quoted text in a sentence is escaped") {
    const std::string evil = "\"}},\n\r\t\\ \x01 {\"result\":1} \x7F \xFF\xC0\x80 😀";
    const auto reply = wire::error_reply("1", -1, evil);
    CHECK_FALSE(wire::check_json(reply.json));
    CHECK(reply.json.find('\n') == std::string::npos);
    CHECK(reply.json.find('\r') == std::string::npos);
    const json::value said(reply.json);
    CHECK_FALSE(said.find("result"));
    CHECK(said.at("error").at("message").str() ==
          "\"}},\n\r\t\\ \x01 {\"result\":1} \x7F \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD 😀");
}

TEST_CASE("a result reply is the result with an envelope around it") {
    const auto reply = wire::result_reply("-3", R"({"tools":[]})");
    CHECK(reply.status == 200);
    CHECK(reply.json == R"({"jsonrpc":"2.0","id":-3,"result":{"tools":[]}})");
}

TEST_CASE("a notification has a method and params, which is an object when empty too") {
    CHECK(wire::notification("notifications/progress", R"({"progress":1})") ==
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}})");
    CHECK(wire::notification("a\"b", {}) == R"({"jsonrpc":"2.0","method":"a\"b","params":{}})");
}

TEST_CASE("a reply has the outcome of the request") {
    CHECK(wire::result_reply("1", "{}").outcome == wire::outcome::ok);
    CHECK(wire::result_reply("1", "{}").error == 0);
    const auto no = wire::error_reply("1", wire::code::invalid_params, "No.");
    CHECK(no.outcome == wire::outcome::error);
    CHECK(no.error == -32602);
}

TEST_CASE("every outcome and every refusal has its own word") {
    std::set<std::string_view> words;
    for (int how = 0; how <= static_cast<int>(wire::outcome::unanswered); ++how)
        words.insert(wire::word_for(static_cast<wire::outcome>(how)));
    for (int why = 0; why <= static_cast<int>(identity::refusal::unavailable); ++why)
        words.insert(identity::word_for(static_cast<identity::refusal>(why)));
    CHECK(words.size() == 11 + 12);
    CHECK_FALSE(words.contains(""));
}

TEST_CASE("the send priority of a message follows from its text") {
    const auto progress = wire::notification("notifications/progress", R"({"progress":1})");
    const auto change = wire::notification("notifications/tools/list_changed", {});
    const std::string question = R"({"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":{}})";
    CHECK(wire::is_progress(progress));
    CHECK_FALSE(wire::is_progress(change));
    CHECK_FALSE(wire::is_progress(question));
    CHECK(wire::is_request(question));
    CHECK_FALSE(wire::is_request(progress));
    CHECK_FALSE(wire::is_request(change));
    for (const std::string_view odd : {"", "{", R"({"jsonrpc":"2.0")"})
        CHECK_FALSE((wire::is_progress(odd) || wire::is_request(odd)));
}
