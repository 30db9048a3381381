#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <string>

#include <toolrack/testing.hpp>

using toolrack::testing::answer;
using toolrack::testing::host;

namespace {

std::string requests(const answer& asked) {
    REQUIRE(asked.outcome == TOOLRACK_INPUT_REQUIRED);
    return std::string(asked.value().at("inputRequests").text());
}

std::string state(const answer& asked) {
    const auto found = asked.value().find("state");
    return found ? std::string(found->text()) : "";
}

// The next round of a call.
answer again(host& here, const char* tool, const char* arguments, const char* responses, const answer& asked) {
    return here.ask({.name = tool,
                     .params = R"({"arguments":)" + std::string(arguments) + '}',
                     .responses = responses,
                     .state = state(asked)});
}

constexpr const char* to_ann = R"({"to":"Ann"})";
constexpr const char* lisbon = R"({"trip":{"action":"accept","content":{"place":"Lisbon","weather":"fine"}}})";

}  // namespace

TEST_CASE("a postcard requests a form, then a text from the client's model") {
    host here;
    const auto first = here.call("write_postcard", to_ann);
    CHECK(requests(first) ==
          R"({"trip":{"method":"elicitation/create","params":{"mode":"form","message":"Where are you?",)"
          R"("requestedSchema":{"type":"object","properties":{"place":{"type":"string",)"
          R"("description":"The town","minLength":1},"weather":{"type":"string",)"
          R"("enum":["fine","mixed","awful"],"default":"fine"}},"required":["place","weather"]}}}})");

    const auto second = again(here, "write_postcard", to_ann, lisbon, first);
    CHECK(requests(second) ==
          R"({"words":{"method":"sampling/createMessage","params":{"messages":[{"role":"user",)"
          R"("content":{"type":"text","text":"Write a postcard of two sentences to Ann from Lisbon, )"
          R"(where the weather is fine."}}],"maxTokens":200}}})");
    CHECK(state(second) == R"({"place":"Lisbon"})");

    for (const char* words : {R"({"words":{"content":{"type":"text","text":"Wish you were here."}}})",
                              R"({"words":{"content":[{"type":"text","text":"Wish you were here."}]}})"})
        CHECK(again(here, "write_postcard", to_ann, words, second).text() == "From Lisbon:\nWish you were here.");
}

TEST_CASE("the user may decline") {
    host here;
    for (const char* tool : {"write_postcard", "buy_stamp"})
        for (const char* no : {R"({"action":"decline"})", R"({"action":"cancel"})"}) {
            const std::string both = R"({"trip":)" + std::string(no) + R"(,"payment":)" + no + '}';
            const auto answer = here.ask({.name = tool, .responses = both});
            CHECK(answer.is_tool_error());
            CHECK(answer.text() == "The user declined.");
        }
}

TEST_CASE("an invalid answer is an error that names the member") {
    host here;
    const auto reply_to = [&](const char* responses) {
        return here.ask({.name = "write_postcard", .responses = responses}).text();
    };
    CHECK(reply_to(R"({"words":{"content":{"text":"Hi"}}})") == "the value must be an object, but is null");
    CHECK(reply_to(R"({"trip":{}})") == R"("action" is missing)");
    CHECK(reply_to(R"({"trip":{"action":"accept"}})") == R"("content" is missing)");
    CHECK(reply_to(R"({"trip":{"action":"accept","content":{"place":1}}})") ==
          R"("place" must be a string, but is a number)");
}

TEST_CASE("a stamp is paid on a page, and the state keeps its order") {
    host here;
    const auto asked = here.call("buy_stamp", R"({"country":"pt"})");
    CHECK(requests(asked) == R"({"payment":{"method":"elicitation/create","params":{"mode":"url",)"
                             R"("message":"Please pay for the stamp.","url":"https://post.example/pay/pt-101"}}})");
    const auto sent = again(here, "buy_stamp", R"({"country":"pt"})", R"({"payment":{"action":"accept"}})", asked);
    CHECK(sent.text() == "Order pt-101 is sent once it is paid.");
}

TEST_CASE("an album can be in each folder of the client") {
    host here;
    const auto asked = here.call("find_album");
    CHECK(requests(asked) == R"({"folders":{"method":"roots/list","params":{}}})");
    const char* two = R"({"folders":{"roots":[{"uri":"file:///home/ann"},{"uri":"file:///pictures/"}]}})";
    CHECK(again(here, "find_album", "{}", two, asked).text() ==
          "file:///home/ann/postcards\nfile:///pictures/postcards\n");
    CHECK(again(here, "find_album", "{}", R"({"folders":{"roots":[]}})", asked).text() ==
          "There is no folder for an album.");
}
