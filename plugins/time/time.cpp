// Returns the current time in a time zone, and converts times between time zones.
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

#include "zone.hpp"

namespace {

namespace chrono = std::chrono;
namespace json = toolrack::json;

// The zone that an argument names; the error names the argument.
zone zone_of(const toolrack::call& c, const char* argument) {
    const std::string name = c.args().at(argument).str();
    try {
        return zone::named(name);
    } catch (const bad_zone& e) {
        throw toolrack::tool_error('"' + std::string(argument) + "\" " + e.what() + ".");
    }
}

std::int64_t seconds_now() {
    return chrono::floor<chrono::seconds>(chrono::system_clock::now()).time_since_epoch().count();
}

chrono::sys_seconds local_time(std::int64_t utc, clock_setting clocks) {
    return chrono::sys_seconds(chrono::seconds(utc + clocks.offset));
}

// ISO 8601 with the offset: 2024-06-01T12:00:00+02:00
std::string to_iso_8601(std::int64_t utc, clock_setting clocks) {
    const auto local = local_time(utc, clocks);
    const auto midnight = chrono::floor<chrono::days>(local);
    const chrono::year_month_day date(midnight);
    const chrono::hh_mm_ss time(local - midnight);
    const int minutes = std::abs(clocks.offset) / 60;
    char text[64];
    std::snprintf(text,
                  sizeof text,
                  "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d",
                  static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()),
                  clocks.offset < 0 ? '-' : '+',
                  minutes / 60,
                  minutes % 60);
    return text;
}

const char* weekday(std::int64_t utc, clock_setting clocks) {
    constexpr const char* names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    const chrono::weekday day(chrono::floor<chrono::days>(local_time(utc, clocks)));
    return names[day.c_encoding()];
}

json::text moment(std::string_view zone_name, std::int64_t utc, clock_setting clocks) {
    return json::object({{"timezone", zone_name},
                         {"datetime", to_iso_8601(utc, clocks)},
                         {"day_of_week", weekday(utc, clocks)},
                         {"is_dst", clocks.is_dst}});
}

// "+9.0h", "-3.5h", "+5.75h"
std::string difference(clock_setting from, clock_setting to) {
    const double hours = (to.offset - from.offset) / 3600.0;
    char text[32];
    const bool in_tenths = std::fmod(hours * 10, 1) == 0;
    std::snprintf(text, sizeof text, in_tenths ? "%+.1fh" : "%+.2fh", hours);
    return text;
}

// The number of two digits at a position of the text; -1 if there are none.
int two_digits(std::string_view text, std::size_t at) {
    if (text.size() < at + 2 || text[at] < '0' || text[at] > '9' || text[at + 1] < '0' || text[at + 1] > '9') return -1;
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// Parses 14:30 (today) or 2024-06-01T14:30. Returns seconds of local time since 1970.
std::int64_t time_from(std::string_view text, chrono::sys_days today) {
    const toolrack::tool_error invalid("\"time\" is not a time: expected HH:MM in 24 hours, such as "
                                       "\"14:30\", or with a date, such as \"2024-06-01T14:30\".");
    chrono::sys_days date = today;
    if (text.size() == 16 && text[4] == '-' && text[7] == '-' && text[10] == 'T') {
        const int century = two_digits(text, 0), year = two_digits(text, 2);
        const int month = two_digits(text, 5), day = two_digits(text, 8);
        if (century < 0 || year < 0 || month < 0 || day < 0) throw invalid;
        const auto given = chrono::year(century * 100 + year) / month / day;
        if (!given.ok()) throw invalid;
        date = given;
        text.remove_prefix(11);
    }
    const int hours = two_digits(text, 0), minutes = two_digits(text, 3);
    if (text.size() != 5 || text[2] != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) throw invalid;
    return chrono::seconds(date.time_since_epoch()).count() + hours * 3600 + minutes * 60;
}

toolrack::result current_time(toolrack::call& c) {
    const bool is_given = c.args().find("timezone").has_value();
    const std::string name = is_given ? c.args().at("timezone").str() : "UTC";
    const zone where = is_given ? zone_of(c, "timezone") : zone::named("UTC");
    const std::int64_t now = seconds_now();
    return toolrack::structured(moment(name, now, where.at(now)));
}

toolrack::result convert_time(toolrack::call& c) {
    const zone source = zone_of(c, "source_timezone"), target = zone_of(c, "target_timezone");
    const std::int64_t now = seconds_now();
    const auto today = chrono::floor<chrono::days>(local_time(now, source.at(now)));
    const std::int64_t utc = source.to_utc(time_from(c.args().at("time").str(), today));

    const clock_setting from = source.at(utc), to = target.at(utc);
    return toolrack::structured(json::object({{"source", moment(c.args().at("source_timezone").str(), utc, from)},
                                              {"target", moment(c.args().at("target_timezone").str(), utc, to)},
                                              {"time_difference", difference(from, to)}}));
}

toolrack::schema moment_schema() {
    using namespace toolrack;
    return object({{"timezone", string("IANA name of the time zone")},
                   {"datetime", string("ISO 8601, with the offset from UTC")},
                   {"day_of_week", string()},
                   {"is_dst", boolean("True if daylight saving time is in effect")}});
}

}  // namespace

TOOLRACK_PLUGIN("toolrack.time", "1.0.0", R"({
    "kinds": ["tools"],
    "options": {"type": "object", "additionalProperties": false},
    "needs": {"read": ["/usr/share/zoneinfo"]}
})")
(toolrack::setup& s) {
    using namespace toolrack;
    const char* zone_help = "IANA name of a time zone, such as \"Europe/Berlin\" or \"UTC\"";

    s.tool("current_time",
           "Returns the current date and time in a time zone.",
           object({{"timezone", optional(string(zone_help).default_value("UTC"))}}),
           current_time)
        .title("Current time")
        .output(moment_schema())
        .read_only()
        .open_world(false);

    s.tool("convert_time",
           "Converts a time from one time zone to another.",
           object({{"source_timezone", string(zone_help)},
                   {"time",
                    string("The time in the source time zone: HH:MM in 24 hours, today, or with a "
                           "date: YYYY-MM-DDTHH:MM")},
                   {"target_timezone", string(zone_help)}}),
           convert_time)
        .title("Convert time")
        .output(object({{"source", moment_schema()},
                        {"target", moment_schema()},
                        {"time_difference", string("Hours from the source to the target: \"+9.0h\"")}}))
        .read_only()
        .idempotent()
        .open_world(false);
}
