#include "token/leaks.hpp"

#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/seal.hpp"
#include "catch.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using token::leak;

namespace {

// Fed in pieces of `size` bytes.
std::vector<leak> leaks_in(const std::string& bytes, std::size_t size = 64 * 1024) {
    std::vector<leak> found;
    token::leak_finder finder([&](const leak& one) { found.push_back(one); });
    for (std::size_t at = 0; at < bytes.size(); at += size) finder.feed(std::string_view(bytes).substr(at, size));
    finder.end();
    return found;
}

std::string new_token() { return std::string(token::make_bearer().reveal()); }
std::string new_key() { return "trkk_" + base64url(random_key().reveal()); }
std::string id_of(const std::string& token) { return token.substr(4, 12); }

std::string utf16(const std::string& text, bool little) {
    std::string wide = little ? "\xff\xfe" : "\xfe\xff";
    for (const char c : text) {
        if (!little) wide += '\0';
        wide += c;
        if (little) wide += '\0';
    }
    return wide;
}

}  // namespace

TEST_CASE("a token is found with its id, its line and its column") {
    const auto token = new_token();
    const auto found = leaks_in("first\nsecond: \"" + token + "\"\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == leak::kind::token);
    CHECK(found[0].id == id_of(token));
    CHECK(found[0].line == 2);
    CHECK(found[0].column == 10);
}

TEST_CASE("a token is found at the start, at the end, alone, twice, and glued to other text") {
    const auto token = new_token();
    for (const auto& text : {token, token + "\n", "\n\n" + token, "x" + token + "x", "trk_" + token, "trk" + token,
                             "Bearer%20" + token + "%22"}) {
        CAPTURE(text);
        CHECK(leaks_in(text).size() == 1);
    }
    const auto two = leaks_in(token + token + '\n' + token);
    REQUIRE(two.size() == 3);
    CHECK(two[1].column == token::length + 1);
    CHECK(two[2].line == 2);
    CHECK(two[2].column == 1);
}

TEST_CASE("however the bytes are cut into pieces, the same is found at the same place") {
    const auto token = new_token(), key = new_key();
    const auto text =
        std::string(100, '\n') + "a: " + token + "\nb = \"" + key + "\"\n" + std::string(200, '.') + token;
    for (std::size_t size = 1; size < 200; ++size) {
        CAPTURE(size);
        const auto found = leaks_in(text, size);
        REQUIRE(found.size() == 3);
        CHECK(found[0].line == 101);
        CHECK(found[0].column == 4);
        CHECK(found[1].what == leak::kind::key);
        CHECK(found[1].line == 102);
        CHECK(found[1].column == 6);
        CHECK(found[2].line == 103);
        CHECK(found[2].column == 201);
    }
}

TEST_CASE("a key is found by its prefix and its exact length, and only where it ends") {
    const auto key = new_key();
    for (const auto& text : {key, "secret = \"" + key + "\"", key + " ", key + "="}) CHECK(leaks_in(text).size() == 1);
    CHECK(leaks_in(key + "A").empty());
    CHECK(leaks_in(key.substr(0, key.size() - 1)).empty());
    // 43 digits hold two bits more than 32 bytes have; a key of ours has them zero.
    CHECK(leaks_in("trkk_" + std::string(42, 'A') + "B").empty());
}

TEST_CASE("tokens in UTF-16 are found, whichever byte comes first") {
    const auto token = new_token();
    for (const bool little : {true, false}) {
        const auto found = leaks_in(utf16("one\r\ntwo " + token + "\r\n", little), 7);
        REQUIRE(found.size() == 1);
        CHECK(found[0].id == id_of(token));
        CHECK(found[0].line == 2);
    }
}

TEST_CASE("what only looks like a token is not one") {
    auto token = new_token();
    token.back() = token.back() == 'a' ? 'b' : 'a';
    CHECK(leaks_in(token).empty());
    CHECK(leaks_in("trk_9fK2mQx7Lr0B").empty());
    CHECK(leaks_in("trk_AAAAAAAAAAAA_0000000000000000000000000000000000000000000_CHECK0").empty());
    CHECK(leaks_in(std::string(1'000'000, 't') + std::string(1'000'000, 'r')).empty());
    std::string many;
    while (many.size() < 1'000'000) many += "trk";
    CHECK(leaks_in(many).empty());
    CHECK(leaks_in("").empty());
}

TEST_CASE("a million bytes that are no text hold no token, and one that is put among them is found") {
    std::string noise;
    while (noise.size() < 1'000'000) noise += random_key().reveal();
    CHECK(leaks_in(noise).empty());
    const auto token = new_token();
    noise.insert(654'321, token);
    const auto found = leaks_in(noise, 4096);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == id_of(token));
}
