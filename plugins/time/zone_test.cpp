#include "zone.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "catch.hpp"

namespace {

std::int64_t utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    using namespace std::chrono;
    return seconds(sys_days(std::chrono::year(year) / month / day).time_since_epoch()).count() + hour * 3600 +
           minute * 60;
}

}  // namespace

TEST_CASE("a rule changes the offset at its times, on both hemispheres") {
    const auto berlin = tz_rule::parse("CET-1CEST,M3.5.0,M10.5.0/3");
    REQUIRE(berlin);
    CHECK(berlin->at(utc(2050, 3, 27, 0, 59)).offset == 3600);
    CHECK(berlin->at(utc(2050, 3, 27, 1, 0)).offset == 7200);
    CHECK(berlin->at(utc(2050, 10, 30, 0, 59)).is_dst);
    CHECK_FALSE(berlin->at(utc(2050, 10, 30, 1, 0)).is_dst);

    const auto sydney = tz_rule::parse("AEST-10AEDT,M10.1.0,M4.1.0/3");
    REQUIRE(sydney);
    CHECK(sydney->at(utc(2050, 1, 1)).offset == 11 * 3600);
    CHECK(sydney->at(utc(2050, 7, 1)).offset == 10 * 3600);
}

TEST_CASE("a rule can have quoted names, negative times and day numbers") {
    CHECK(tz_rule::parse("<+0545>-5:45")->at(0).offset == 5 * 3600 + 45 * 60);
    CHECK(tz_rule::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")->at(utc(2050, 7, 1)).offset == -3600);
    const auto counted = tz_rule::parse("AAA0BBB,J60/0,J61/0");
    CHECK(counted->at(utc(2048, 3, 1)).is_dst);
    CHECK_FALSE(counted->at(utc(2048, 2, 29)).is_dst);
}

TEST_CASE("an invalid rule is rejected") {
    for (const char* text : {"",
                             "C",
                             "CET",
                             "CET-",
                             "CET-1CEST",
                             "CET-1CEST,M3.5.0",
                             "CET-1CEST,M13.5.0,M10.5.0",
                             "CET-1CEST,M3.5.0,M10.5.0/3x",
                             "CET-1CEST,M3.6.0,M10.5.0",
                             "<+03",
                             "CET-200",
                             "CET-1CEST,J0,J5"})
        CHECK_FALSE(tz_rule::parse(text));
}

TEST_CASE("a zone has offsets for past and future times") {
    const zone new_york = zone::named("America/New_York");
    CHECK(new_york.at(utc(1900, 1, 1)).offset == -5 * 3600);
    CHECK(new_york.at(utc(2024, 7, 1)).offset == -4 * 3600);
    CHECK(new_york.at(utc(2024, 7, 1)).is_dst);
    CHECK(new_york.at(utc(2090, 1, 1)).offset == -5 * 3600);
    CHECK(new_york.at(utc(2090, 7, 1)).offset == -4 * 3600);
    CHECK(zone::named("Asia/Kathmandu").at(utc(2024, 1, 1)).offset == 5 * 3600 + 45 * 60);
}

TEST_CASE("an ambiguous time is the first one, and a skipped time uses the offset before the change") {
    const zone berlin = zone::named("Europe/Berlin");
    CHECK(berlin.to_utc(utc(2024, 6, 1, 12)) == utc(2024, 6, 1, 10));
    CHECK(berlin.to_utc(utc(2024, 10, 27, 2, 30)) == utc(2024, 10, 27, 0, 30));
    CHECK(berlin.to_utc(utc(2024, 3, 31, 2, 30)) == utc(2024, 3, 31, 1, 30));
}

TEST_CASE("a name outside of the folder is rejected") {
    for (const char* name : {"",
                             "/etc/passwd",
                             "../../etc/passwd",
                             "Europe/../UTC",
                             "Europe/",
                             "/",
                             "Europe//Berlin",
                             "tzdata.zi",
                             "right/UTC",
                             "posix/UTC",
                             "Europe/Berlin\n",
                             "-x",
                             "Europe",
                             "Nowhere/Land"})
        CHECK_THROWS_AS(zone::named(name), bad_zone);
}

TEST_CASE("UTC needs no file") {
    CHECK(zone::named("UTC", "/nonexistent").at(0).offset == 0);
    CHECK_THROWS_AS(zone::named("Europe/Berlin", "/nonexistent"), bad_zone);
}

TEST_CASE("a truncated or damaged file is rejected or read safely") {
    std::ifstream file("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), {});
    REQUIRE(whole.size() > 100);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // In a separate buffer, so that a sanitizer detects a read beyond the end.
        const std::string part(whole, 0, size);
        try {
            zone::parse(part);
        } catch (const bad_zone&) {
        }
    }
    std::string damaged = whole;
    for (std::size_t at = 0; at < whole.size(); at += 3) {
        damaged[at] = '\xFF';
        try {
            zone::parse(damaged).at(utc(2024, 1, 1));
        } catch (const bad_zone&) {
        }
        damaged[at] = whole[at];
    }
    SUCCEED("no byte beyond the end was read");
}
