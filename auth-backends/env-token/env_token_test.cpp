#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::object;
using toolrack::testing::host;
using toolrack::testing::setup_refused;

namespace {

const std::string first = "3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30";
const std::string second = "kX9-vT2_qL7~zB4.mN8+wR3/yH6cJ5dF1g==";

std::string options(const std::string& tokens) { return object({{"tokens", tokens}}).str(); }

std::string refused_with(const std::string& tokens) {
    try {
        host here(options(tokens));
    } catch (const setup_refused& e) {
        return e.what();
    }
    return "";
}

bool refused_as(const std::string& tokens, const std::string& flaw) {
    const std::string sentence = refused_with(tokens);
    return sentence.find(flaw) != std::string::npos && sentence.find("MCP_AUTH_TOKEN") != std::string::npos &&
           sentence.find("openssl rand") != std::string::npos;
}

}  // namespace

TEST_CASE("the configured token is accepted, and no other") {
    host here(options(first));
    const auto yes = here.authenticate(first);
    CHECK(yes.granted);
    CHECK(yes.subject == "token");
    CHECK(yes.scopes == std::vector<std::string>{"*"});
    CHECK(yes.credential == "env-1");
    CHECK(yes.expires == 0);
    CHECK(yes.keep == 0);

    for (const std::string& other : {second, first + "0", first.substr(1), std::string("x")}) {
        const auto no = here.authenticate(other);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_BAD_TOKEN);
        CHECK(no.why == "the token is not one of those in MCP_AUTH_TOKEN");
    }
    CHECK(here.authenticate("").refusal == TOOLRACK_NO_TOKEN);
}

TEST_CASE("every single flipped bit makes a token refused") {
    host here(options(first));
    for (std::size_t at = 0; at != first.size(); ++at)
        for (int bit = 0; bit != 8; ++bit) {
            std::string flipped = first;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
            CHECK_FALSE(here.authenticate(flipped).granted);
        }
}

TEST_CASE("during a rotation both tokens are accepted, each with its own id") {
    host here(options("\n " + first + "\t" + second + " \n"));
    CHECK(here.authenticate(first).credential == "env-1");
    CHECK(here.authenticate(second).credential == "env-2");
}

TEST_CASE("the subject and the scopes can be configured") {
    host here(
        object(
            {{"tokens", first}, {"subject", "ci"}, {"scopes", toolrack::json::array({"orders:read", "orders:write"})}})
            .str());
    const auto yes = here.authenticate(first);
    CHECK(yes.subject == "ci");
    CHECK(yes.scopes == std::vector<std::string>{"orders:read", "orders:write"});
}

TEST_CASE("the backend is quick, needs a token, and is not open") {
    host here(options(first));
    CHECK(here.auth_table().traits == TOOLRACK_AUTH_QUICK);
}

TEST_CASE("an empty variable is refused with what to do") {
    CHECK(refused_as("", "MCP_AUTH_TOKEN is not set or empty"));
    CHECK(refused_as(" \t\n ", "nothing but white space"));
    CHECK_THROWS_AS(host("{}"), setup_refused);
}

TEST_CASE("a placeholder is refused in any form") {
    for (const char* token : {"your-generated-token",
                              "changeme",
                              "change-me",
                              "your-token-here",
                              "<your-token>",
                              "${MCP_AUTH_TOKEN}",
                              "$MCP_AUTH_TOKEN",
                              "{{token}}",
                              "%TOKEN%",
                              "CHANGE_ME",
                              "your-generated-token-your-generated-token",
                              "changemechangemechangemechangeme",
                              "changeme-0f83a1c94e7d25b6-0f83a1c94e7d",
                              "replace-me-with-a-long-random-token"})
        CHECK(refused_as(token, "is a placeholder"));
}

TEST_CASE("a token that can be guessed is refused") {
    CHECK(refused_as("3f9c2d7a41b8e06595d2c7f1ab83e46", "shorter than 32 characters"));
    CHECK(refused_as(std::string(40, 'a'), "too regular"));
    CHECK(refused_as("0f83a1c94e7d25b60f83a1c94e7d25b6", "too regular"));
    CHECK(refused_as("0f83-a1c9-0f83-a1c9-0f83-a1c9-0f83", "too regular"));
    CHECK(refused_as("aabbababbaababbaabbaababbabaabbabb", "too regular"));
}

TEST_CASE("a character that a bearer token may not have is named by its kind") {
    CHECK(refused_as(first + "\xC3\xA4", "a character outside ASCII"));
    CHECK(refused_as(first + '\x01', "a control character"));
    CHECK(refused_as(first + "!", "punctuation other than"));
    CHECK(refused_as("=" + first, "an equals sign before its end"));
}

TEST_CASE("an invalid token among valid ones is refused with its number") {
    CHECK(refused_with(first + " changeme").starts_with("Token 2 of 2 in MCP_AUTH_TOKEN "));
}

TEST_CASE("more than 16 tokens are refused") {
    std::string many;
    for (int n = 0; n != 17; ++n) many += first + static_cast<char>('a' + n) + ' ';
    CHECK(refused_with(many).find("more than 16 tokens") != std::string::npos);
}

TEST_CASE("no error quotes a token, and each names the variable") {
    const std::string secret = "s3cr3t-canary!";
    CHECK(refused_with(secret).find("canary") == std::string::npos);
    CHECK(refused_with(first + ' ' + secret).find("canary") == std::string::npos);
    try {
        host here(object({{"tokens", ""}, {"variable", "TEAM_TOKEN"}}).str());
        FAIL("it was not refused");
    } catch (const setup_refused& e) {
        CHECK(std::string(e.what()).starts_with("TEAM_TOKEN is not set"));
    }
}
