// RFC 3339 timestamps, in UTC and mostly in whole seconds: "2026-11-22T10:00:00Z".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

using std::chrono::sys_seconds;

inline sys_seconds this_second() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string to_rfc3339(sys_seconds when);
std::string to_rfc3339(std::chrono::sys_time<std::chrono::milliseconds> when);  // "2026-11-22T10:00:00.123Z"
inline std::string to_rfc3339(std::int64_t seconds) { return to_rfc3339(sys_seconds(std::chrono::seconds(seconds))); }

// Whether to_rfc3339() can write it. An offset can move a time before year 0 or past year 9999.
bool has_four_digit_year(sys_seconds when) noexcept;

// Reads a timestamp with "Z" or an offset. A fraction is rounded up to the next second, because a token that is revoked
// up to a time is then revoked up to the next whole second. Empty when `text` is not a valid timestamp or date.
std::optional<sys_seconds> read_rfc3339(std::string_view text) noexcept;

}  // namespace toolrack
