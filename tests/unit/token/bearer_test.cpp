#include "token/bearer.hpp"

#include <map>
#include <set>
#include <string>

#include "catch.hpp"

using namespace toolrack;

namespace {

const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace

TEST_CASE("a token has one form, in characters that a double click selects") {
    const auto made = token::make_bearer();
    const std::string text(made.reveal());
    CHECK(text.size() == token::length);
    CHECK(text.starts_with("trk_"));
    CHECK(text.find_first_not_of(digits + "_") == std::string::npos);
    REQUIRE(token::id_of(text));
    CHECK(*token::id_of(text) == text.substr(4, 12));
}

TEST_CASE("every token is different, and every digit is equally likely") {
    std::set<std::string> ids;
    std::map<char, int> counted;
    constexpr int many = 2000;
    for (int i = 0; i < many; ++i) {
        const auto made = token::make_bearer();
        const std::string text(made.reveal());
        CHECK(ids.insert(text.substr(4, 12)).second);
        for (const char c : text.substr(17, 43)) ++counted[c];
    }
    CHECK(counted.size() == 62);
    const double expected = many * 43 / 62.0;
    double chi_squared = 0;
    for (const auto& [c, count] : counted) chi_squared += (count - expected) * (count - expected) / expected;
    CHECK(chi_squared < 150);  // 61 degrees of freedom: beyond this about once in 10^9 runs
}

TEST_CASE("a mistyped, truncated or extended token fails its checksum") {
    const auto made = token::make_bearer();
    const std::string text(made.reveal());
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            auto wrong = text;
            wrong[at] = static_cast<char>(wrong[at] ^ (1 << bit));
            CHECK_FALSE(token::id_of(wrong));
        }
        CHECK_FALSE(token::id_of(text.substr(0, at)));
    }
    CHECK_FALSE(token::id_of(text + "0"));
    CHECK_FALSE(token::id_of(""));
    CHECK_FALSE(token::id_of(std::string(67, '0')));
    CHECK_FALSE(token::id_of(std::string(1'000'000, 't')));
}

TEST_CASE("the checksum is a CRC-32 in base 62, so that secret scanners can verify it") {
    // Computed by another implementation, zlib.crc32.
    CHECK(token::id_of("trk_AAAAAAAAAAAA_0000000000000000000000000000000000000000000_CHECK0") == std::nullopt);
    CHECK(token::id_of("trk_AAAAAAAAAAAA_0000000000000000000000000000000000000000000_1a4mmy"));
}

TEST_CASE("the hash of a token is salted") {
    CHECK(hex(token::hash_of("abc")) == "3166be8c25e608955788b39f7e348c233404145028b3f0676b97d1426bb5a597");
    CHECK(token::hash_of("abc") != sha256("abc"));
}
