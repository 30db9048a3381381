#include "auth/bearer_token.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "catch.hpp"

using namespace toolrack;
using identity::refusal;

namespace {

constexpr std::string_view token = "3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";

result<std::string_view, refusal> read(std::optional<std::string_view> header) {
    identity::request_facts shown;
    shown.authorization = header;
    return auth::bearer_token(shown);
}

std::optional<refusal> refusal_for(std::optional<std::string_view> header) {
    const auto outcome = read(header);
    if (outcome.has_value()) return std::nullopt;
    return outcome.error();
}

}  // namespace

TEST_CASE("a bearer token is read with any case of the scheme and any white space around it") {
    for (std::string_view before :
         {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer  ", "Bearer\t", "Bearer \t ", " Bearer ", "\tBearer "})
        for (std::string_view after : {"", " ", "\t", " \t "}) {
            const auto header = std::string(before) + std::string(token) + std::string(after);
            CAPTURE(header);
            const auto found = read(header);
            REQUIRE(found.has_value());
            CHECK(*found == token);
        }
}

TEST_CASE("every character of a b64token is accepted") {
    const std::string_view all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=";
    CHECK(*read("Bearer " + std::string(all)) == all);
    CHECK(*read("Bearer a") == "a");
    CHECK(read("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln").has_value());
}

TEST_CASE("without the header there is no token") { CHECK(refusal_for(std::nullopt) == refusal::no_token); }

TEST_CASE("a header with nothing after the scheme is an empty token") {
    for (std::string_view header : {"", " ", "\t", "Bearer", "Bearer ", "bearer \t ", " Bearer "}) {
        CAPTURE(header);
        CHECK(refusal_for(header) == refusal::empty_token);
    }
}

TEST_CASE("other schemes are refused") {
    for (std::string_view header : {"Basic dXNlcjpwYXNz",
                                    "Digest username=\"x\"",
                                    "Negotiate abc",
                                    "DPoP abc",
                                    "Token abc",
                                    "Bearer: abc",
                                    "Bearerabc",
                                    "Bear er abc",
                                    "\"Bearer\" abc",
                                    "Bearer,abc",
                                    "3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30"}) {
        CAPTURE(header);
        CHECK(refusal_for(header) == refusal::not_bearer);
    }
}

TEST_CASE("an unexpanded variable is recognised in every syntax") {
    for (std::string_view variable : {"${MCP_AUTH_TOKEN}",
                                      "$MCP_AUTH_TOKEN",
                                      "${env:MCP_AUTH_TOKEN}",
                                      "${input:token}",
                                      "{env:MCP_AUTH_TOKEN}",
                                      "%MCP_AUTH_TOKEN%",
                                      "{{ MCP_AUTH_TOKEN }}",
                                      "{{token}}",
                                      "${{ secrets.TOKEN }}",
                                      "$(cat token)",
                                      "${MCP_AUTH_TOKEN:-none}",
                                      "$env:MCP_AUTH_TOKEN"}) {
        CAPTURE(variable);
        CHECK(refusal_for("Bearer " + std::string(variable)) == refusal::unexpanded_variable);
        CHECK(refusal_for(variable) == refusal::unexpanded_variable);  // where the scheme belongs
    }
}

TEST_CASE("a placeholder is recognised") {
    for (std::string_view word : {"<your-token>",
                                  "<token>",
                                  "<YOUR TOKEN HERE>",
                                  "your-generated-token",
                                  "YOUR-GENERATED-TOKEN",
                                  "your-token-here",
                                  "your_token_here",
                                  "changeme",
                                  "ChangeMe",
                                  "change-me",
                                  "token",
                                  "TOKEN",
                                  "xxx"}) {
        CAPTURE(word);
        CHECK(refusal_for("Bearer " + std::string(word)) == refusal::placeholder);
    }
    CHECK(read("Bearer changeme2").has_value());  // a bad token perhaps, but the backend decides
}

TEST_CASE("other characters, and several words, are malformed") {
    using namespace std::literals;
    for (std::string_view odd : {"two words"sv,
                                 "a\tb"sv,
                                 "\"quoted\""sv,
                                 "'quoted'"sv,
                                 "a,b"sv,
                                 "a;b"sv,
                                 "a!"sv,
                                 "a:b"sv,
                                 "a@b"sv,
                                 "a\\b"sv,
                                 "T\xC3\xB6ken"sv,
                                 "\xFF"sv,
                                 "a\0b"sv,
                                 "a\nb"sv,
                                 "a\r"sv,
                                 "\x7F"sv,
                                 "Bearer abc"sv,
                                 "%41%"sv.substr(0, 3),
                                 "abc, Bearer def"sv,
                                 "50%"sv}) {
        CAPTURE(printable(odd));
        CHECK(refusal_for("Bearer " + std::string(odd)) == refusal::malformed_token);
    }
}

TEST_CASE("a token in the URL is refused, also with a valid header") {
    identity::request_facts shown;
    shown.token_in_query = true;
    CHECK(auth::bearer_token(shown).error() == refusal::token_in_query);
    const auto header = "Bearer " + std::string(token);
    shown.authorization = header;
    CHECK(auth::bearer_token(shown).error() == refusal::token_in_query);
}
