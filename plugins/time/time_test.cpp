#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;

namespace {

std::string convert(toolrack::testing::host& host, const char* time, const char* from, const char* to) {
    const auto arguments = toolrack::json::object({{"time", time}, {"source_timezone", from}, {"target_timezone", to}});
    return host.call("convert_time", arguments.str()).json;
}

std::string shown(const std::string& result) {
    const value content = value(result).at("structuredContent");
    return content.at("target").at("datetime").str() + ' ' + content.at("target").at("day_of_week").str() + ' ' +
           content.at("time_difference").str();
}

}  // namespace

TEST_CASE("a time is converted with the offsets of its date") {
    toolrack::testing::host host;
    CHECK(shown(convert(host, "2024-01-15T14:30", "Europe/Berlin", "Asia/Tokyo")) ==
          "2024-01-15T22:30:00+09:00 Monday +8.0h");
    CHECK(shown(convert(host, "2024-07-15T14:30", "Europe/Berlin", "Asia/Tokyo")) ==
          "2024-07-15T21:30:00+09:00 Monday +7.0h");
    CHECK(shown(convert(host, "2024-01-15T23:30", "UTC", "Asia/Kathmandu")) ==
          "2024-01-16T05:15:00+05:45 Tuesday +5.75h");
    CHECK(shown(convert(host, "2024-01-15T01:00", "UTC", "America/St_Johns")) ==
          "2024-01-14T21:30:00-03:30 Sunday -3.5h");
}

TEST_CASE("a time without a date is a time of today") {
    toolrack::testing::host host;
    const std::string result = convert(host, "14:30", "UTC", "UTC");
    const value source = value(result).at("structuredContent").at("source");
    CHECK(source.at("datetime").str().substr(10) == "T14:30:00+00:00");
}

TEST_CASE("the current time is in UTC unless a zone is named") {
    toolrack::testing::host host;
    const auto plain = host.call("current_time");
    const value content = plain.value().at("structuredContent");
    CHECK(content.at("timezone").str() == "UTC");
    CHECK(content.at("datetime").str().ends_with("+00:00"));
    CHECK(plain.text() == content.text());
    const auto tokyo = host.call("current_time", R"({"timezone": "Asia/Tokyo"})");
    CHECK(tokyo.value().at("structuredContent").at("datetime").str().ends_with("+09:00"));
}

TEST_CASE("an error names the argument and the expected value") {
    toolrack::testing::host host;
    const auto nowhere = host.call("current_time", R"({"timezone": "../../etc/passwd"})");
    CHECK(nowhere.is_tool_error());
    CHECK(nowhere.text() == "\"timezone\" is not the name of a time zone: expected an IANA name "
                            "such as \"UTC\", \"Europe/Berlin\" or \"America/New_York\".");
    const auto missing = host.call("convert_time", R"({"time": "12:00"})");
    CHECK(missing.text() == "\"source_timezone\" is missing");
    for (const char* time : {"25:00", "12:60", "noon", "1:30", "2024-02-30T10:00", "12:00:00", ""}) {
        const std::string answer = convert(host, time, "UTC", "UTC");
        CHECK(answer.find("expected HH:MM") != std::string::npos);
    }
}
