// Points in time as RFC 3339 writes them, in UTC and whole seconds: "2026-11-22T10:00:00Z".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack {

using std::chrono::sys_seconds;

std::string to_rfc3339(sys_seconds when);

// With "Z" or an offset; fractions of a second are dropped. Nothing when `text` is anything else, or a day
// that no calendar has.
std::optional<sys_seconds> read_rfc3339(std::string_view text) noexcept;

}  // namespace toolrack
