#include "token/secret_scanner.hpp"

#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/seal.hpp"
#include "catch.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using token::finding;

namespace {

// Scanned in pieces of `size` bytes.
std::vector<finding> findings_in(const std::string& bytes, std::size_t size = 64 * 1024) {
    std::vector<finding> found;
    token::secret_scanner scanner([&](const finding& one) { found.push_back(one); });
    for (std::size_t at = 0; at < bytes.size(); at += size) scanner.scan(std::string_view(bytes).substr(at, size));
    scanner.finish();
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
    const auto found = findings_in("first\nsecond: \"" + token + "\"\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == finding::kind::token);
    CHECK(found[0].id == id_of(token));
    CHECK(found[0].line == 2);
    CHECK(found[0].column == 10);
}

TEST_CASE("a token is found at the start, at the end, alone, twice, and inside other text") {
    const auto token = new_token();
    for (const auto& text : {token,
                             token + "\n",
                             "\n\n" + token,
                             "x" + token + "x",
                             "trk_" + token,
                             "trk" + token,
                             "Bearer%20" + token + "%22"}) {
        CAPTURE(text);
        CHECK(findings_in(text).size() == 1);
    }
    const auto two = findings_in(token + token + '\n' + token);
    REQUIRE(two.size() == 3);
    CHECK(two[1].column == token::length + 1);
    CHECK(two[2].line == 2);
    CHECK(two[2].column == 1);
}

TEST_CASE("the findings do not depend on how the bytes are split into pieces") {
    const auto token = new_token(), key = new_key();
    const auto text =
        std::string(100, '\n') + "a: " + token + "\nb = \"" + key + "\"\n" + std::string(200, '.') + token;
    for (std::size_t size = 1; size < 200; ++size) {
        CAPTURE(size);
        const auto found = findings_in(text, size);
        REQUIRE(found.size() == 3);
        CHECK(found[0].line == 101);
        CHECK(found[0].column == 4);
        CHECK(found[1].what == finding::kind::key);
        CHECK(found[1].line == 102);
        CHECK(found[1].column == 6);
        CHECK(found[2].line == 103);
        CHECK(found[2].column == 201);
    }
}

TEST_CASE("a key is found by its prefix and exact length") {
    const auto key = new_key();
    for (const auto& text : {key, "secret = \"" + key + "\"", key + " ", key + "="})
        CHECK(findings_in(text).size() == 1);
    CHECK(findings_in(key + "A").empty());
    CHECK(findings_in(key.substr(0, key.size() - 1)).empty());
    // 43 digits encode two bits more than 32 bytes have; these bits are zero in a key.
    CHECK(findings_in("trkk_" + std::string(42, 'A') + "B").empty());
}

TEST_CASE("tokens in UTF-16 are found in either byte order") {
    const auto token = new_token();
    for (const bool little : {true, false}) {
        const auto found = findings_in(utf16("one\r\ntwo " + token + "\r\n", little), 7);
        REQUIRE(found.size() == 1);
        CHECK(found[0].id == id_of(token));
        CHECK(found[0].line == 2);
    }
}

TEST_CASE("a text with the prefix but without the form of a token is not found") {
    auto token = new_token();
    token.back() = token.back() == 'a' ? 'b' : 'a';
    CHECK(findings_in(token).empty());
    CHECK(findings_in("trk_9fK2mQx7Lr0B").empty());
    CHECK(findings_in("trk_AAAAAAAAAAAA_0000000000000000000000000000000000000000000_CHECK0").empty());
    CHECK(findings_in(std::string(1'000'000, 't') + std::string(1'000'000, 'r')).empty());
    std::string many;
    while (many.size() < 1'000'000) many += "trk";
    CHECK(findings_in(many).empty());
    CHECK(findings_in("").empty());
}

TEST_CASE("a million random bytes contain no token, and one that is inserted is found") {
    std::string noise;
    while (noise.size() < 1'000'000) noise += random_key().reveal();
    CHECK(findings_in(noise).empty());
    const auto token = new_token();
    noise.insert(654'321, token);
    const auto found = findings_in(noise, 4096);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == id_of(token));
}
