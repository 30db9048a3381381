#include "jwt/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace toolrack::jwt {
namespace {

using namespace std::chrono;

// Reads from the front of a text, and remembers that something did not fit.
class scanner {
public:
    explicit scanner(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t n = 0; n != digits; ++n) {
            if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return fail();
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    char one_of(std::string_view marks) {
        if (rest_.empty() || marks.find(rest_.front()) == marks.npos) return static_cast<char>(fail());
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    // Whether there was one that is not zero.
    bool fraction() {
        if (rest_.empty() || rest_.front() != '.') return false;
        rest_.remove_prefix(1);
        const auto end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        const auto digits = rest_.substr(0, end);
        if (digits.empty()) fail();
        rest_.remove_prefix(end);
        return digits.find_first_not_of('0') != digits.npos;
    }
    bool is_good() const { return fits_ && rest_.empty(); }

private:
    int fail() {
        fits_ = false;
        return 0;
    }

    std::string_view rest_;
    bool fits_ = true;
};

}  // namespace

std::string timestamp(std::int64_t at) {
    const sys_seconds point{seconds(at)};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss time(point - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

std::optional<std::int64_t> read_timestamp(std::string_view text) noexcept {
    scanner from(text);
    const int y = from.number(4);
    from.one_of("-");
    const int m = from.number(2);
    from.one_of("-");
    const int d = from.number(2);
    from.one_of("Tt");
    const int hour = from.number(2);
    from.one_of(":");
    const int minute = from.number(2);
    from.one_of(":");
    const int second = from.number(2);
    const bool has_fraction = from.fraction();
    int offset = 0;
    if (const char sign = from.one_of("Zz+-"); sign == '+' || sign == '-') {
        const int away = from.number(2);
        from.one_of(":");
        const int and_minutes = from.number(2);
        if (away > 23 || and_minutes > 59) return std::nullopt;
        offset = (away * 60 + and_minutes) * (sign == '-' ? -1 : 1);
    }

    const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
    constexpr int leap_second = 60;
    if (!from.is_good() || !date.ok() || hour > 23 || minute > 59 || second > leap_second) return std::nullopt;
    const auto point = sys_days(date) + hours(hour) + minutes(minute - offset) + seconds(second + has_fraction);
    return duration_cast<seconds>(point.time_since_epoch()).count();
}

}  // namespace toolrack::jwt
