#include "base/base64.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/digest.hpp"
#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;

TEST_CASE("Base64 decodes the examples of RFC 4648, section 10") {
    for (const auto& [text, bytes] : {std::pair{"", ""},
                                      {"Zg==", "f"},
                                      {"Zm8=", "fo"},
                                      {"Zm9v", "foo"},
                                      {"Zm9vYg==", "foob"},
                                      {"Zm9vYmE=", "fooba"},
                                      {"Zm9vYmFy", "foobar"}}) {
        CAPTURE(text);
        CHECK(base64_decoded(text) == bytes);
        const std::string_view padded = text;
        const auto bare = std::string(padded.substr(0, padded.find('=')));
        CHECK(base64url(bytes) == bare);
        CHECK(base64url_decoded(bare) == bytes);
    }
}

TEST_CASE("every byte round-trips in base64url with its alphabet") {
    std::string all;
    for (int byte = 0; byte != 256; ++byte) all += static_cast<char>(byte);
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const auto bytes = all.substr(all.size() - size);
        CHECK(base64url_decoded(base64url(bytes)) == bytes);
    }
    CHECK(base64url("\xFB\xFF\xBF"sv) == "-_-_");
    CHECK(base64_decoded("+/+/") == "\xFB\xFF\xBF");
}

TEST_CASE("Base64 that is not canonical is refused") {
    for (const auto text : {"A"sv,
                            "Zg"sv,
                            "Zg="sv,
                            "Zg==="sv,
                            "Z==="sv,
                            "===="sv,
                            "="sv,
                            "Zm=v"sv,
                            "Zg==Zg=="sv,
                            " Zg=="sv,
                            "Zg==\n"sv,
                            "Zm\n9v"sv,
                            "Zh=="sv,
                            "Zm9="sv,
                            "-_-_"sv,
                            "Zm9\0"sv,
                            "Zm9\xC3"sv}) {
        CAPTURE(text);
        CHECK_FALSE(base64_decoded(text));
    }
    for (const auto text :
         {"A"sv, "Zm9vA"sv, "Zg=="sv, "Zg="sv, "Zh"sv, "Zm9"sv, "+/+/"sv, " Zg"sv, "Zg\n"sv, "Zm9\0"sv}) {
        CAPTURE(text);
        CHECK_FALSE(base64url_decoded(text));
    }
}

TEST_CASE("a random id is base64url") { CHECK(base64url_decoded(random_id(32))->size() == 32); }
