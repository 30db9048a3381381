#include "base/rfc3339.hpp"

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono;

TEST_CASE("a time is written in UTC, and read back unchanged") {
    for (const std::int64_t count : {0LL, 1'795'341'600LL, 951'782'400LL, 4'102'444'799LL, -1LL}) {
        const sys_seconds when{seconds(count)};
        CHECK(read_rfc3339(to_rfc3339(when)) == when);
    }
    CHECK(to_rfc3339(sys_seconds(sys_days(year(2026) / 11 / 22) + 10h)) == "2026-11-22T10:00:00Z");
}

TEST_CASE("time zones and fractions are parsed") {
    const sys_seconds when = sys_days(year(2026) / 11 / 22) + 10h;
    for (const auto* text : {"2026-11-22T10:00:00Z",
                             "2026-11-22t10:00:00z",
                             "2026-11-22 10:00:00Z",
                             "2026-11-22T10:00:00.000Z",
                             "2026-11-22T12:30:00+02:30",
                             "2026-11-21T22:00:00-12:00",
                             "2026-11-22T10:00:00-00:00"}) {
        CAPTURE(text);
        CHECK(read_rfc3339(text) == when);
    }
}

TEST_CASE("the first and the last time of RFC 3339 are read back") {
    for (const std::string text : {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
        const auto when = read_rfc3339(text);
        REQUIRE(when);
        CHECK(to_rfc3339(*when) == text);
    }
}

TEST_CASE("a fraction of a second is rounded up") {
    const sys_seconds when = sys_days(year(2026) / 11 / 22) + 10h + 1s;
    CHECK(read_rfc3339("2026-11-22T10:00:00.001Z") == when);
    CHECK(read_rfc3339("2026-11-22T10:00:00.9Z") == when);
    CHECK(read_rfc3339("2026-11-22T09:59:59.5+00:00") == when - 1s);
}

TEST_CASE("text that is not a time is refused") {
    for (const auto* text : {"",
                             "2026",
                             "2026-11-22",
                             "2026-11-22T10:00:00",
                             "2026-11-22T10:00Z",
                             "2026-02-29T10:00:00Z",
                             "2026-13-01T10:00:00Z",
                             "2026-00-01T10:00:00Z",
                             "2026-11-22T24:00:00Z",
                             "2026-11-22T10:60:00Z",
                             "2026-11-22T10:00:61Z",
                             "2026-11-22T10:00:00+24:00",
                             "2026-11-22T10:00:00Z ",
                             " 2026-11-22T10:00:00Z",
                             // in years that have no four digits
                             "0000-01-01T00:00:00+00:01",
                             "9999-12-31T23:59:59-00:01",
                             "9999-12-31T23:59:60Z",
                             "2026-11-22T10:00:00.Z",
                             "20261122T100000Z",
                             "+026-11-22T10:00:00Z",
                             "2026-11-22T10:00:00+0230"}) {
        CAPTURE(text);
        CHECK_FALSE(read_rfc3339(text));
    }
}

TEST_CASE("milliseconds are written on request") {
    using std::chrono::milliseconds;
    const auto at = [](long ms) { return to_rfc3339(std::chrono::sys_time<milliseconds>(milliseconds(ms))); };
    CHECK(at(0) == "1970-01-01T00:00:00.000Z");
    CHECK(at(1'795'341'605'007) == "2026-11-22T10:00:05.007Z");
    CHECK(at(-1) == "1969-12-31T23:59:59.999Z");
}
