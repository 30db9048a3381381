#include "config/quantity.hpp"

#include "catch.hpp"

using namespace std::chrono_literals;
using toolrack::config::parse_duration;
using toolrack::config::parse_size;

TEST_CASE("a duration is a whole number and a unit") {
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("24h") == 24h);
    CHECK(parse_duration("90d") == 90 * 24h);
    CHECK(parse_duration("3650d") == 3650 * 24h);
}

TEST_CASE("a duration is above zero and below ten years") {
    for (const auto* written : {"",
                                "30",
                                "s",
                                "0s",
                                "-5s",
                                "+5s",
                                " 5s",
                                "5 s",
                                "5s ",
                                "1.5s",
                                "5S",
                                "1w",
                                "1h30m",
                                "3651d",
                                "18446744073709551615ms",
                                "18446744073709551616ms",
                                "213503982334601d"}) {
        INFO(written);
        CHECK_FALSE(parse_duration(written));
    }
}

TEST_CASE("a size is a whole number and a binary unit") {
    CHECK(parse_size("512B") == 512u);
    CHECK(parse_size("16KiB") == 16u * 1024);
    CHECK(parse_size("4MiB") == 4u * 1024 * 1024);
    CHECK(parse_size("1GiB") == 1024u * 1024 * 1024);
}

TEST_CASE("an invalid size is refused") {
    for (const auto* written :
         {"", "16", "KiB", "4MB", "4mib", "4 MiB", "-1KiB", "1.5MiB", "18446744073709551615KiB"}) {
        INFO(written);
        CHECK_FALSE(parse_size(written));
    }
}
