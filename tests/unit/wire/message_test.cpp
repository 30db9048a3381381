#include "wire/message.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;
using message_kind = enum wire::message::kind;

namespace {

result<wire::message, wire::reply> parsed(std::string_view body) { return wire::parse_message(body, {}); }

// What a refusal says: its code, its id as JSON text (empty when it has none), and its sentence.
struct refusal {
    long code = 0;
    std::string id;
    std::string sentence;
};

refusal refusal_of(std::string_view body) {
    const auto outcome = parsed(body);
    if (outcome) return {};
    const auto& reply = outcome.error();
    CHECK(reply.status == 400);
    CHECK(reply.session.empty());
    CHECK_FALSE(wire::check_json(reply.json));
    CHECK(reply.json.find('\n') == std::string::npos);
    const json::value said(reply.json);
    CHECK(said.at("jsonrpc").str() == "2.0");
    CHECK_FALSE(said.find("result"));
    const auto id = said.find("id");
    return {static_cast<long>(said.at("error").at("code").i64()),
            id ? std::string(id->text()) : "",
            said.at("error").at("message").str()};
}

std::string with_id(std::string_view id) {
    return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})";
}

}  // namespace

TEST_CASE("a message with a method and an id is a request") {
    const auto body = R"({"jsonrpc":"2.0","id":7,"method":"tools/call",)"
                      R"("params":{"name":"echo","_meta":{"traceparent":"t"}}})"sv;
    const auto message = parsed(body);
    REQUIRE(message.has_value());
    CHECK(message->kind == message_kind::request);
    CHECK(message->id == "7");
    CHECK(message->method == "tools/call");
    CHECK(message->params.text() == R"({"name":"echo","_meta":{"traceparent":"t"}})");
    REQUIRE(message->meta.traceparent);
    CHECK(message->meta.traceparent->text() == R"("t")");
}

TEST_CASE("a message with a method and no id is a notification") {
    const auto message = parsed(R"({"method":"notifications/initialized","jsonrpc":"2.0"})");
    REQUIRE(message.has_value());
    CHECK(message->kind == message_kind::notification);
    CHECK(message->id.empty());
    CHECK(message->params.text() == "{}");
    CHECK_FALSE(message->meta.version);
}

TEST_CASE("a message with a result or an error, and an id, is a response") {
    for (std::string_view body : {R"({"jsonrpc":"2.0","id":1,"result":{}})",
                                  R"({"jsonrpc":"2.0","id":"1","result":null})",
                                  R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}})"}) {
        const auto message = parsed(body);
        REQUIRE(message.has_value());
        CHECK(message->kind == message_kind::response);
        CHECK(message->method.empty());
        CHECK_FALSE(message->id.empty());
    }
}

TEST_CASE("a response has a result or an error") {
    struct row {
        const char* member;
        const char* outcome;
        bool is_error;
    };
    for (const auto& [member, outcome, is_error] : {row{"result", R"({"action" : "accept"})", false},
                                                    {"result", "null", false},
                                                    {"result", R"("error")", false},
                                                    {"error", R"({"code":1,"message":"No."})", true},
                                                    {"error", "null", true}}) {
        CAPTURE(member, outcome);
        const auto body = R"({"jsonrpc":"2.0","id":1,")" + std::string(member) + "\":" + outcome + "}";
        const auto message = parsed(body);
        REQUIRE(message.has_value());
        CHECK(message->kind == message_kind::response);
        CHECK(message->outcome.text() == outcome);
        CHECK(message->is_error == is_error);
    }
}

TEST_CASE("a request has neither a result nor an error") {
    for (std::string_view body : {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"result":{}}})",
                                  R"({"jsonrpc":"2.0","method":"x","params":{"error":{}}})"}) {
        const auto message = parsed(body);
        REQUIRE(message.has_value());
        CHECK(message->outcome.is_null());
        CHECK_FALSE(message->is_error);
    }
}

TEST_CASE("an id is kept byte for byte") {
    for (std::string_view id : {"0",
                                "1",
                                "-1",
                                "9007199254740991",
                                "-9007199254740991",
                                "1785250800000",
                                "\"\"",
                                "\"abc\"",
                                R"("\u0061\/\"\\ 😀")",
                                "\"0\"",
                                "-0"}) {
        const auto body = with_id(id);
        const auto message = parsed(body);
        CAPTURE(id);
        REQUIRE(message.has_value());
        CHECK(message->kind == message_kind::request);
        CHECK(message->id == id);
    }
}

TEST_CASE("an id that is neither a string nor a safe JavaScript integer is refused, and not returned") {
    for (std::string_view id : {"null",
                                "true",
                                "false",
                                "1.5",
                                "1.0",
                                "1e3",
                                "9007199254740992",
                                "-9007199254740992",
                                "9223372036854775807",
                                "9223372036854775808",
                                "18446744073709551615",
                                "100000000000000000000000",
                                "[]",
                                "[1]",
                                "{}",
                                R"({"a":1})"}) {
        CAPTURE(id);
        const auto no = refusal_of(with_id(id));
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id.empty());
        CHECK(no.sentence.find("The id must be a string or an integer") == 0);
    }
}

TEST_CASE("the length of an id is limited") {
    CHECK(parsed(with_id('"' + std::string(1022, 'a') + '"')).has_value());
    CHECK(refusal_of(with_id('"' + std::string(1023, 'a') + '"')).code == wire::invalid_request);
}

TEST_CASE("a batch is refused with what to do instead") {
    for (std::string_view body : {"[]", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "[1,2]"}) {
        const auto no = refusal_of(body);
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id.empty());
        CHECK(no.sentence == "A batch of messages is not accepted here. Send each message by itself.");
    }
}

TEST_CASE("a message is an object") {
    for (std::string_view body : {"1", "\"ping\"", "null", "true"}) {
        const auto no = refusal_of(body);
        CHECK(no.code == wire::invalid_request);
        CHECK(no.sentence == "A JSON-RPC message is an object.");
    }
}

TEST_CASE("invalid JSON is a parse error with the place") {
    for (std::string_view body : {"", "{", "hello", "{\"jsonrpc\":\"2.0\",}", "\"\xFF\"", R"("\ud800")"}) {
        CAPTURE(body);
        const auto no = refusal_of(body);
        CHECK(no.code == wire::parse_error);
        CHECK(no.id.empty());
        CHECK(no.sentence.find("The message cannot be read: it is not valid JSON (near byte ") == 0);
        CHECK(no.sentence.ends_with("Send one JSON-RPC 2.0 message as UTF-8."));
    }
}

TEST_CASE("dangerous JSON is an invalid request with the reason") {
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"})", "an object in it has the same key twice"},
        {R"({"jsonrpc":"2.0","id":1,"\u006dethod":"ping","method":"tools/call"})",
         "an object in it has the same key twice"},
        {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})", "an object in it has the same key twice"},
        {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":{"b":1,"b":2}}})",
         "an object in it has the same key twice"},
        {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1e999}})",
         "it contains a number that is too large for a double"},
        {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a\u0000":1}})", "it contains a NUL character in a key"},
        {R"({"jsonrpc":"2.0","id":1,"method":"x","params":)" + std::string(100, '[') + std::string(100, ']') + "}",
         "it is nested too deeply"},
        {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{")" + std::string(2000, 'k') + R"(":1}})",
         "it contains a key that is too long"},
    };
    for (const auto& [body, why] : table) {
        CAPTURE(body);
        const auto no = refusal_of(body);
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id.empty());
        CHECK(no.sentence.find("The message cannot be read: " + why) == 0);
    }
}

TEST_CASE("the configured depth limit applies") {
    wire::json_limits limits;
    limits.depth = 3;
    CHECK(wire::parse_message(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":{}}})", limits).has_value());
    CHECK_FALSE(
        wire::parse_message(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":{"b":{}}}})", limits).has_value());
}

TEST_CASE("jsonrpc is required and must be the string 2.0") {
    for (std::string_view member : {"",
                                    R"("jsonrpc":"1.0",)",
                                    R"("jsonrpc":2.0,)",
                                    R"("jsonrpc":"2",)",
                                    R"("jsonrpc":"2.00",)",
                                    R"("jsonrpc":null,)",
                                    R"("JSONRPC":"2.0",)"}) {
        CAPTURE(member);
        const auto no = refusal_of("{" + std::string(member) + R"("id":5,"method":"ping"})");
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id == "5");
        CHECK(no.sentence == "The member \"jsonrpc\" must be \"2.0\".");
    }
    CHECK(parsed(R"({"jsonrpc":"\u0032.0","id":5,"method":"ping"})").has_value());  // the same string
}

TEST_CASE("a message is either a request or a response") {
    for (std::string_view members : {R"("method":"ping","result":{})",
                                     R"("method":"ping","error":{})",
                                     R"("method":"ping","result":null)",
                                     R"("result":{},"error":{})",
                                     R"("params":{})"}) {
        CAPTURE(members);
        const auto no = refusal_of(R"({"jsonrpc":"2.0","id":"x",)" + std::string(members) + "}");
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id == "\"x\"");
    }
    CHECK(refusal_of(R"({"jsonrpc":"2.0","result":{}})").code == wire::invalid_request);  // whose answer?
    CHECK(refusal_of(R"({"jsonrpc":"2.0"})").code == wire::invalid_request);
    CHECK(refusal_of("{}").code == wire::invalid_request);
}

TEST_CASE("a method is a string") {
    for (std::string_view method : {"null", "1", "true", "[]", "{}", "[\"ping\"]"}) {
        CAPTURE(method);
        const auto no = refusal_of(R"({"jsonrpc":"2.0","id":3,"method":)" + std::string(method) + "}");
        CHECK(no.code == wire::invalid_request);
        CHECK(no.id == "3");
        CHECK(no.sentence == "The member \"method\" must be a string.");
    }
    CHECK(parsed(R"({"jsonrpc":"2.0","id":3,"method":"tools\/list"})")->method == "tools/list");
    CHECK(parsed(R"({"jsonrpc":"2.0","id":3,"method":""})")->method.empty());
}

TEST_CASE("params must be an object") {
    for (std::string_view params : {"null", "1", "true", "[]", "\"{}\"", "[{}]"}) {
        CAPTURE(params);
        const auto no = refusal_of(R"({"jsonrpc":"2.0","id":3,"method":"x","params":)" + std::string(params) + "}");
        CHECK(no.code == wire::invalid_params);
        CHECK(no.id == "3");
        CHECK(no.sentence == "The member \"params\" must be an object.");
    }
}

TEST_CASE("_meta must be an object") {
    for (std::string_view meta : {"null", "1", "[]", "\"\""}) {
        CAPTURE(meta);
        const auto no =
            refusal_of(R"({"jsonrpc":"2.0","id":3,"method":"x","params":{"_meta":)" + std::string(meta) + "}}");
        CHECK(no.code == wire::invalid_params);
        CHECK(no.sentence == "The member \"params._meta\" must be an object.");
    }
    // Only the one of params counts.
    CHECK(parsed(R"({"jsonrpc":"2.0","id":3,"method":"x","_meta":1,"params":{"a":{"_meta":1}}})").has_value());
}

TEST_CASE("unknown members are ignored") {
    const auto message = parsed(R"({"x":1,"jsonrpc":"2.0","Id":2,"id":3,"METHOD":"y","method":"z"})");
    REQUIRE(message.has_value());
    CHECK(message->id == "3");
    CHECK(message->method == "z");
}

TEST_CASE("white space around and within a message is ignored") {
    const auto message = parsed("\r\n { \"jsonrpc\" : \"2.0\" ,\n\t\"id\" : 3 , \"method\" : \"x\" , "
                                "\"params\" : { \"_meta\" : { \"traceparent\" : 1 } } } \n");
    REQUIRE(message.has_value());
    CHECK(message->id == "3");
    CHECK(message->params.text() == "{ \"_meta\" : { \"traceparent\" : 1 } }");
    REQUIRE(message->meta.traceparent);
    CHECK(message->meta.traceparent->text() == "1");
}
