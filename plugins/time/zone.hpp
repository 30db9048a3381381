// A time zone from the files of the system (RFC 8536). The files are read for every call, so that an
// update of the system takes effect immediately.
//
// setenv("TZ") and localtime() are not used: TZ belongs to the whole process, and setenv() is a data race.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tz_rule.hpp"

// An unknown time zone or an invalid file. what() is for the caller who named the zone.
class bad_zone : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class zone {
public:
    // name: an IANA name such as "Europe/Berlin". UTC needs no file.
    static zone named(std::string_view name, const std::filesystem::path& folder = "/usr/share/zoneinfo");
    // file: the contents of a file.
    static zone parse(std::string_view file);

    clock_setting at(std::int64_t utc) const;

    // The UTC time of a local time, both in seconds since 1970. Of an ambiguous local time the first
    // one; for a skipped local time, the offset before the change applies.
    std::int64_t to_utc(std::int64_t local) const;

private:
    struct transition {
        std::int64_t utc;
        clock_setting setting;  // from this time on
    };

    clock_setting first_;
    std::vector<transition> transitions_;
    std::optional<tz_rule> rule_;  // after the last transition
};
