// The rule for times after the last transition of a time zone file: a POSIX TZ string such as
// "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536, 3.3).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

struct clock_setting {
    std::int32_t offset = 0;  // seconds east of UTC
    bool is_dst = false;
};

class tz_rule {
public:
    // Empty if the text is not a valid rule.
    static std::optional<tz_rule> parse(std::string_view text);

    clock_setting at(std::int64_t utc) const;

private:
    // A day of the year, and a time of that day.
    struct change {
        enum class kind { weekday_of_month, day_without_leap, day_with_leap } counted = {};
        int month = 0, week = 0, day = 0;
        int time = 2 * 3600;

        std::int64_t in(std::chrono::year year) const;  // in local seconds
    };
    class reader;

    clock_setting standard_;
    std::optional<clock_setting> summer_;
    change begins_, ends_;
};
