// Points in time as RFC 3339 writes them, in UTC and mostly in whole seconds: "2026-11-22T10:00:00Z".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

using std::chrono::sys_seconds;

std::string to_rfc3339(sys_seconds when);
std::string to_rfc3339(std::chrono::sys_time<std::chrono::milliseconds> when);  // "2026-11-22T10:00:00.123Z"
inline std::string to_rfc3339(std::int64_t seconds) { return to_rfc3339(sys_seconds(std::chrono::seconds(seconds))); }

// Whether it can be written at all. An offset can make another year of the first and the last.
bool has_four_digit_year(sys_seconds when) noexcept;

// With "Z" or an offset. A part of a second counts as all of it: what is revoked up to a time is revoked up to
// the second after. Nothing when `text` is anything else, or a day
// that no calendar has.
std::optional<sys_seconds> read_rfc3339(std::string_view text) noexcept;

}  // namespace toolrack
