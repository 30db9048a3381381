// How durations and sizes are written: a whole number and a unit.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace toolrack::config {

// "500ms", "30s", "5m", "24h", "90d". More than zero, at most ten years: a longer one would
// overflow the clocks that it is added to.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view written) noexcept;

// "512B", "16KiB", "4MiB", "1GiB".
std::optional<std::size_t> parse_size(std::string_view written) noexcept;

} // namespace toolrack::config
