// Bodies that hold several messages: how they are recognised and split.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "wire/message.hpp"

using namespace toolrack;
using texts = std::vector<std::string_view>;

namespace {

auto split(std::string_view body) { return wire::split_batch(body, {}); }

// The sentence that a client reads, of a reply that is as every refusal of a whole body is.
std::string refused(std::string_view body, int code = wire::invalid_request) {
    const auto parts = split(body);
    REQUIRE(parts.has_error());
    const auto& reply = parts.error();
    CHECK(reply.status == 400);
    CHECK_FALSE(wire::check_json(reply.json));
    const json::value said(reply.json);
    CHECK_FALSE(said.find("id"));
    CHECK(said.at("error").at("code").i64() == code);
    return said.at("error").at("message").str();
}

std::string many(std::size_t count) {
    std::string body = "[";
    for (std::size_t i = 0; i < count; ++i) body += (i ? ",{\"n\":" : "{\"n\":") + std::to_string(i) + '}';
    return body + ']';
}

}  // namespace

TEST_CASE("a body that begins with a bracket, after any white space, is a batch") {
    for (std::string_view body : {"[]", "[", " [1]", "\r\n\t [{}]", "[[]]"}) {
        CAPTURE(body);
        CHECK(wire::is_batch(body));
    }
    for (std::string_view body : {"", " ", "\r\n", "{}", "{\"a\":[]}", "\"[\"", "x[", "\xEF\xBB\xBF[]", "\v[]"}) {
        CAPTURE(body);
        CHECK_FALSE(wire::is_batch(body));
    }
}

TEST_CASE("the messages of a batch are its elements, in order") {
    const std::string body = "[ {\"a\": 1} ,\n{\"b\":[{},{}]},{}]";
    const auto parts = split(body);
    REQUIRE(parts.has_value());
    CHECK(*parts == texts{"{\"a\": 1}", "{\"b\":[{},{}]}", "{}"});
}

TEST_CASE("an invalid message of a batch keeps its position for the parser to refuse") {
    const auto parts = split(R"([1,"x",null,true,[{"jsonrpc":"2.0"}],{}])");
    REQUIRE(parts.has_value());
    CHECK(*parts == texts{"1", "\"x\"", "null", "true", R"([{"jsonrpc":"2.0"}])", "{}"});
    for (std::size_t i = 0; i < 6; ++i) CHECK(wire::parse_message((*parts)[i], {}).has_error());
}

TEST_CASE("a batch within a batch is not split") {
    const auto parts = split("[[{},{}],[]]");
    REQUIRE(parts.has_value());
    CHECK(*parts == texts{"[{},{}]", "[]"});
}

TEST_CASE("a batch holds at least one message") {
    for (std::string_view body : {"[]", " [ \r\n ] "}) CHECK(refused(body) == "A batch holds at least one message.");
}

TEST_CASE("a batch holds at most 100 messages") {
    for (const std::size_t count : {1u, 99u, 100u}) {
        const auto body = many(count);
        const auto parts = split(body);
        REQUIRE(parts.has_value());
        CHECK(parts->size() == count);
        CHECK(parts->back() == "{\"n\":" + std::to_string(count - 1) + '}');
    }
    for (const std::size_t count : {101u, 5000u}) CHECK(refused(many(count)) == "A batch holds at most 100 messages.");
}

TEST_CASE("an invalid batch is refused as a whole, with the error of a single message") {
    for (std::string_view body : {"[", "[{}", "[{},]", "[{}] x", "[\"\xFF\"]"}) {
        CAPTURE(body);
        CHECK(refused(body, wire::parse_error)
                  .starts_with("The message cannot be read: it is not valid JSON (near byte "));
    }
}

TEST_CASE("dangerous JSON in one message refuses the whole batch") {
    CHECK(refused(R"([{},{"a":1,"a":2}])")
              .starts_with("The message cannot be read: an object in it has the same key twice"));
    CHECK(
        refused(R"([{"a":1e999}])").starts_with("The message cannot be read: it contains a number that is too large"));
    wire::json_limits limits;
    limits.depth = 2;
    CHECK(wire::split_batch(R"([{"a":1}])", limits).has_value());
    CHECK(wire::split_batch(R"([{"a":{}}])", limits).has_error());
}
