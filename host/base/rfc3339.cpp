#include "base/rfc3339.hpp"

#include <cstdio>

namespace toolrack {
namespace {

using namespace std::chrono;

// Reads from the front and remembers whether a part was malformed.
class text_reader {
public:
    explicit text_reader(std::string_view text) noexcept : rest_(text) {}

    int number(std::size_t digits) noexcept {
        int value = 0;
        if (rest_.size() < digits) return fail();
        for (std::size_t at = 0; at < digits; ++at) {
            if (rest_[at] < '0' || rest_[at] > '9') return fail();
            value = value * 10 + (rest_[at] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }
    bool has(std::string_view one_of) noexcept {
        if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void must_have(std::string_view one_of) noexcept {
        if (!has(one_of)) fail();
    }
    char next() noexcept {
        if (rest_.empty()) return static_cast<char>(fail());
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    // Skips digits; whether one of them is not 0.
    bool has_more_than_zeros() noexcept {
        bool found = false;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') found |= next() != '0';
        return found;
    }
    bool is_right() const noexcept { return !failed_ && rest_.empty(); }

private:
    int fail() noexcept {
        failed_ = true;
        return 0;
    }

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace

bool has_four_digit_year(sys_seconds when) noexcept {
    return when >= sys_days(year(0) / 1 / 1) && when < sys_days(year(10000) / 1 / 1);
}

std::string to_rfc3339(sys_seconds when) {
    const auto day = floor<days>(when);
    const year_month_day date(day);
    const hh_mm_ss time(when - day);
    char text[32];
    std::snprintf(text,
                  sizeof text,
                  "%04d-%02u-%02uT%02d:%02d:%02dZ",
                  static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text;
}

std::string to_rfc3339(sys_time<milliseconds> when) {
    const auto second = floor<seconds>(when);
    char part[8];
    std::snprintf(part, sizeof part, ".%03dZ", static_cast<int>((when - second).count()));
    auto text = to_rfc3339(second);
    text.pop_back();
    return text + part;
}

std::optional<sys_seconds> read_rfc3339(std::string_view text) noexcept {
    text_reader in(text);
    const int y = in.number(4);
    in.must_have("-");
    const int m = in.number(2);
    in.must_have("-");
    const int d = in.number(2);
    in.must_have("Tt ");
    const int h = in.number(2);
    in.must_have(":");
    const int minute = in.number(2);
    in.must_have(":");
    const int s = in.number(2);
    seconds fraction{0};
    if (in.has(".")) {
        const int first = in.number(1);
        if (in.has_more_than_zeros() || first > 0) fraction = 1s;
    }
    minutes offset{0};
    if (const char zone = in.next(); zone == '+' || zone == '-') {
        const int hours_off = in.number(2);
        in.must_have(":");
        const int minutes_off = in.number(2);
        if (hours_off > 23 || minutes_off > 59) return std::nullopt;
        offset = hours(hours_off) + minutes(minutes_off);
        if (zone == '-') offset = -offset;
    } else if (zone != 'Z' && zone != 'z') {
        return std::nullopt;
    }
    const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
    if (!in.is_right() || !date.ok() || h > 23 || minute > 59 || s > 60) return std::nullopt;
    const auto when = sys_seconds(sys_days(date)) + hours(h) + minutes(minute) + seconds(s) + fraction - offset;
    return has_four_digit_year(when) ? std::optional(when) : std::nullopt;
}

}  // namespace toolrack
