#include "base/text.hpp"

#include <array>

#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;

TEST_CASE("names are compared without case, in ASCII only") {
    CHECK(equals_ignoring_case("BeArEr", "bearer"));
    CHECK(equals_ignoring_case("", ""));
    CHECK_FALSE(equals_ignoring_case("bearer", "bearer "));
    CHECK_FALSE(equals_ignoring_case("@", "`"));  // 0x20 apart, and no letters
    CHECK_FALSE(equals_ignoring_case("[", "{"));
    CHECK_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));  // Ä and ä
    CHECK(lower("Content-TYPE: \xC3\x84") == "content-type: \xC3\x84");
}

TEST_CASE("trim removes spaces and tabs at both ends and nothing else") {
    CHECK(trim(" \t a b \t ") == "a b");
    CHECK(trim("a") == "a");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
    CHECK(trim("\r\na\n") == "\r\na\n");
}

TEST_CASE("UTF-8 is validated as Unicode defines it") {
    const std::array good{""sv,
                          "a"sv,
                          "\0"sv,
                          "\x7F"sv,
                          "\xC2\x80"sv,
                          "\xDF\xBF"sv,  // U+0080, U+07FF
                          "\xE0\xA0\x80"sv,
                          "\xED\x9F\xBF"sv,  // U+0800, U+D7FF
                          "\xEE\x80\x80"sv,
                          "\xEF\xBF\xBF"sv,  // U+E000, U+FFFF
                          "\xF0\x90\x80\x80"sv,
                          "\xF4\x8F\xBF\xBF"sv,  // U+10000, U+10FFFF
                          "Gr\xC3\xBC\xC3\x9F Gott \xE4\xB8\x96 \xF0\x9F\x98\x80"sv};
    for (const auto text : good) {
        CAPTURE(printable(text));
        CHECK(is_utf8(text));
    }

    const std::array bad{"\x80"sv,
                         "\xBF"sv,  // continuation without a start
                         "\xC0\x80"sv,
                         "\xC1\xBF"sv,  // overlong, two bytes
                         "\xE0\x80\x80"sv,
                         "\xE0\x9F\xBF"sv,  // overlong, three
                         "\xF0\x80\x80\x80"sv,
                         "\xF0\x8F\xBF\xBF"sv,  // overlong, four
                         "\xED\xA0\x80"sv,
                         "\xED\xBF\xBF"sv,  // surrogates U+D800, U+DFFF
                         "\xF4\x90\x80\x80"sv,
                         "\xF5\x80\x80\x80"sv,  // above U+10FFFF
                         "\xF8\x88\x80\x80\x80"sv,
                         "\xFE"sv,
                         "\xFF"sv,  // never
                         "\xC2"sv,
                         "\xE2\x82"sv,
                         "\xF0\x9F\x98"sv,  // cut off
                         "\xC2\x41"sv,
                         "\xE2\x28\xA1"sv,
                         "\xE2\x82\x28"sv,
                         "\xF0\x28\x8C\xBC"sv,
                         "\xF0\x9F\x28\x80"sv,
                         "good until \xC0\xAF here"sv};
    for (const auto text : bad) {
        CAPTURE(printable(text));
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("printable text cannot control a terminal or start another line") {
    CHECK(printable("a\nb") == "a\\x0ab");
    CHECK(printable("\r\n2026-01-01 error: forged") == "\\x0d\\x0a2026-01-01 error: forged");
    CHECK(printable("\x1B[31mred\x07") == "\\x1b[31mred\\x07");
    CHECK(printable("\x7F") == "\\x7f");
    CHECK(printable("a\0b"sv) == "a\\x00b");
    CHECK(printable("\xC2\x9B"
                    "31m") == "\\xc2\\x9b31m");  // CSI as one C1 character
    CHECK(printable("\xC2\x80 \xC2\x9F") == "\\xc2\\x80 \\xc2\\x9f");
    CHECK(printable("\t") == "\\x09");

    for (int byte = 0; byte < 0x20; ++byte) {
        const auto shown = printable(std::string(1, static_cast<char>(byte)));
        CHECK(shown.size() == 4);
        CHECK(shown.substr(0, 2) == "\\x");
    }
}

TEST_CASE("printable text is UTF-8 for any input") {
    CHECK(printable("Gr\xC3\xBC\xC3\x9F Gott") == "Gr\xC3\xBC\xC3\x9F Gott");
    CHECK(printable("\xFF\xFE") == "\\xff\\xfe");
    CHECK(printable("\xC3") == "\\xc3");
    CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");
    CHECK(printable("\xC0\x8A") == "\\xc0\\x8a");  // an overlong line feed
    for (int first = 0; first < 256; ++first)
        for (int second : {0x00, 0x28, 0x80, 0xBF, 0xFF}) {
            const std::string pair{static_cast<char>(first), static_cast<char>(second)};
            CHECK(is_utf8(printable(pair)));
        }
}

TEST_CASE("truncated printable text ends in dots, and never in half a character") {
    CHECK(printable("abcdefgh", 8) == "abcde...");
    CHECK(printable(std::string(1000, 'a'), 100).size() <= 103);
    CHECK(printable(std::string(1000, 'a'), 100).ends_with("a..."));
    for (std::size_t most = 4; most < 20; ++most) {
        const auto shown = printable("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xC3\xBC\n\xC3\xBC\xE4\xB8\x96 and on", most);
        CAPTURE(most, shown);
        CHECK(is_utf8(shown));
        CHECK(shown.size() <= most + 3);
    }
}

TEST_CASE("the suggested word is the nearest one, and none is suggested when none is near") {
    const std::array words{"serve"sv, "check"sv, "inspect"sv, "version"sv};
    CHECK(nearest("sevre", words) == "serve");
    CHECK(nearest("chek", words) == "check");
    CHECK(nearest("inspect", words) == "inspect");
    CHECK(nearest("Version", words) == "version");
    CHECK(nearest("frobnicate", words).empty());
    CHECK(nearest("serve", std::array<std::string_view, 0>{}).empty());
}

TEST_CASE("distance counts insertions, removals and replacements") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("flaw", "lawn") == 2);
    CHECK(edit_distance("same", "same") == 0);
}

TEST_CASE("a counted noun has a plural s unless there is one of it") {
    CHECK(counted(0, "file") == "0 files");
    CHECK(counted(1, "file") == "1 file");
    CHECK(counted(2, "signing key") == "2 signing keys");
}

TEST_CASE("invisible characters and those that change the direction of text are not printable") {
    CHECK(printable("a\u00A0b") == "a\\xc2\\xa0b");
    CHECK(printable("a\u2028b") == "a\\xe2\\x80\\xa8b");
    CHECK(printable("\u202Egnp.exe") == "\\xe2\\x80\\xaegnp.exe");
    for (const char* text : {"\u00AD", "\u200B", "\u200F", "\u2066", "\u2069", "\u3000", "\uFEFF", "\x7F", "\n"}) {
        CAPTURE(printable(text));
        CHECK(has_unprintable_characters(text));
        CHECK(has_unprintable_characters(std::string("ann") + text));
    }
    for (const char* text : {"", "ann", "Zo\u00EB", "\u4E2D\u6587", "\u20AC 5", "\u2013", "\U0001F600"}) {
        CAPTURE(printable(text));
        CHECK_FALSE(has_unprintable_characters(text));
        CHECK(printable(text) == text);
    }
}
