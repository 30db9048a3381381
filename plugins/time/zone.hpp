// A time zone, from the system's own files (RFC 8536), read anew each time so that an update of
// the system counts at once.
//
// Not setenv("TZ") and localtime(): that is one setting for the whole process, and a data race.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tz_rule.hpp"

// No such zone, or a file that is none. what() is for whoever named it.
class bad_zone : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class zone {
public:
    // An IANA name: "Europe/Berlin". UTC is known without a file.
    static zone named(std::string_view name,
                      const std::filesystem::path& folder = "/usr/share/zoneinfo");
    // The content of a file.
    static zone parse(std::string_view file);

    clock_setting at(std::int64_t utc) const;

    // When the clocks there show this (in seconds since 1970 by those clocks). Of a time shown
    // twice the first; of one that is skipped, as if the clocks had not been changed yet.
    std::int64_t utc_when_showing(std::int64_t local) const;

private:
    struct transition {
        std::int64_t utc;
        clock_setting from_then;
    };

    clock_setting first_;
    std::vector<transition> transitions_;
    std::optional<tz_rule> rule_;  // after the last transition
};
