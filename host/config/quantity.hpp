// Parsers for durations and sizes: a whole number and a unit.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace toolrack::config {

// "500ms", "30s", "5m", "24h", "90d". Above zero and at most ten years, because a longer one could overflow a clock.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view written) noexcept;

// "512B", "16KiB", "4MiB", "1GiB".
std::optional<std::size_t> parse_size(std::string_view written) noexcept;

}  // namespace toolrack::config
