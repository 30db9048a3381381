#include "base/redact.hpp"

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"

using namespace toolrack;

namespace {

const std::string id = "9fK2mQx7Lr0B";
const std::string hidden = "Zk3Vd0Qw8Rb1Tn6Yp4Xs7Lc9Mf2Hg5Ja0Eu3Io6Nd1B";
const std::string token = "trk_" + id + "_" + hidden + "_1a4mmy";
const std::string key = "trkk_3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
const std::string signed_one = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsxIn0.eyJzdWIiOiJhbGljZSJ9."
                               "c2lnbmF0dXJlX29mX3RoaXJ0eV90d29fYnl0ZXM";

}  // namespace

TEST_CASE("only the public id of a token remains, at any place in a line") {
    CHECK(redacted(token) == "trk_" + id + "_[redacted]");
    CHECK(redacted("no tool \"" + token + "\" is here") == "no tool \"trk_" + id + "_[redacted]\" is here");
    CHECK(redacted("x" + token) == "xtrk_" + id + "_[redacted]");
    CHECK(redacted(token + " and " + token) == "trk_" + id + "_[redacted] and trk_" + id + "_[redacted]");
    CHECK(redacted("trk" + token) == "trktrk_" + id + "_[redacted]");
}

TEST_CASE("a truncated, mistyped or extended token is redacted") {
    for (std::size_t length = 18; length < token.size(); ++length)
        CHECK(redacted(token.substr(0, length)) == "trk_" + id + "_[redacted]");
    CHECK(redacted(token + "0") == "trk_" + id + "_[redacted]");
    CHECK(redacted("trk_" + id + hidden) == "trk_" + id + "[redacted]");
    CHECK(redacted(token.substr(0, 30) + "...") == "trk_" + id + "_[redacted]...");
}

TEST_CASE("nothing of a key remains but its prefix") {
    CHECK(redacted("secret = \"" + key + "\"") == "secret = \"trkk_[redacted]\"");
    CHECK(redacted(key.substr(0, 12)) == "trkk_[redacted]");
}

TEST_CASE("a signed token is redacted completely") {
    CHECK(redacted("shown: " + signed_one + ".") == "shown: eyJ[redacted].");
    CHECK(redacted("eyJhIjoxfQ is no token") == "eyJhIjoxfQ is no token");
    CHECK(redacted("eyJhIjoxfQ.eyJ.") == "eyJhIjoxfQ.eyJ.");
}

TEST_CASE("text after Bearer is redacted when it is as long as a token") {
    CHECK(redacted("Authorization: Bearer 3f9c2d7a41b8e06595d2c7f1ab83e460") == "Authorization: Bearer [redacted]");
    CHECK(redacted("bearer " + signed_one) == "bearer [redacted]");
    CHECK(redacted("Bearer " + token) == "Bearer trk_" + id + "_[redacted]");
    CHECK(redacted("Send \"Authorization: Bearer TOKEN\".") == "Send \"Authorization: Bearer TOKEN\".");
}

TEST_CASE("other text is not changed") {
    const std::vector<std::string> harmless{"",
                                            "trk",
                                            "trk_",
                                            "trkk_",
                                            "eyJ",
                                            "trk_" + id,
                                            "bearer of bad news",
                                            "trkk_ and 43 characters of base64url",
                                            "the token " + id + " was revoked"};
    for (const auto& text : harmless) CHECK(redacted(text) == text);
}

TEST_CASE("no log line contains a token, at any level and after truncation") {
    test::captured_log log;
    (*log).error("a client said {}", token);
    (*log).debug("a plugin said {}", key);
    for (std::size_t before = 4000; before < 4100; ++before) (*log).info("{}{}", std::string(before, 'x'), token);
    const auto text = log.text();
    CHECK(text.find(hidden.substr(0, 4)) == std::string::npos);
    CHECK(text.find(key.substr(5, 4)) == std::string::npos);
    CHECK(log.says("error: a client said trk_" + id + "_[redacted]\n"));
}

TEST_CASE("the cost of redacting a line", "[.cost]") {
    const std::string line = "plugin orders: the tool \"list_orders\" took longer than it may (60 s) and was "
                             "cancelled; its caller alice from 192.0.2.7 was told so";
    constexpr int many = 1'000'000;
    std::size_t length = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (int n = 0; n != many; ++n) length += redacted(line).size();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
    std::cout << "a line of " << line.size() << " characters: " << took.count() / many << " ns, with its copy\n";
    CHECK(length == many * line.size());
}
