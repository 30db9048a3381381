#include "config/quantity.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace toolrack::config {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::uint64_t second = 1000;
constexpr std::uint64_t day = 24 * 60 * 60 * second;
constexpr std::uint64_t longest = 3650 * day;
constexpr std::array<unit, 5> of_time{
    {{"ms", 1}, {"s", second}, {"m", 60 * second}, {"h", 60 * 60 * second}, {"d", day}}};
constexpr std::array<unit, 4> of_size{{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

template <std::size_t Count>
std::optional<std::uint64_t>
parse(std::string_view written, const std::array<unit, Count>& units, std::uint64_t most) noexcept {
    std::uint64_t number = 0;
    const char* end = written.data() + written.size();
    const auto [rest, error] = std::from_chars(written.data(), end, number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    for (const unit& unit : units)
        if (unit.name == name && number <= most / unit.factor) return number * unit.factor;
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view written) noexcept {
    const auto parsed = parse(written, of_time, longest);
    if (!parsed || *parsed == 0) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*parsed));
}

std::optional<std::size_t> parse_size(std::string_view written) noexcept { return parse(written, of_size, SIZE_MAX); }

}  // namespace toolrack::config
