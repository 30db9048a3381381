#include "tz_rule.hpp"

#include <charconv>
#include <cstddef>

namespace chrono = std::chrono;

// Every function removes its part from the front of the text, or returns false or nothing.
class tz_rule::reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // CET, or <+03>
    bool name() {
        const std::size_t length = rest_.starts_with('<') ? rest_.find('>') + 1 : letters();
        if (length < 3 || length > rest_.size()) return false;
        rest_.remove_prefix(length);
        return true;
    }

    std::optional<int> number(int least, int most) {
        int value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc() || value < least || value > most || rest_.starts_with('-')) return {};
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    // [+-]hours[:minutes[:seconds]]
    std::optional<int> time() {
        const int sign = take('-') ? -1 : 1;
        if (sign > 0) take('+');
        const auto hours = number(0, 167);
        if (!hours) return {};
        int seconds = *hours * 3600;
        for (const int unit : {60, 1}) {
            if (!take(':')) break;
            const auto part = number(0, 59);
            if (!part) return {};
            seconds += *part * unit;
        }
        return sign * seconds;
    }

    // ,M3.5.0/2 or ,J60 or ,59
    std::optional<change> date() {
        if (!take(',')) return {};
        change when;
        if (take('M')) {
            const auto month = number(1, 12);
            const auto week = take('.') ? number(1, 5) : std::nullopt;
            const auto day = take('.') ? number(0, 6) : std::nullopt;
            if (!month || !week || !day) return {};
            when.month = *month;
            when.week = *week;
            when.day = *day;
        } else {
            const bool skips_leap_day = take('J');
            when.counted = skips_leap_day ? change::kind::day_without_leap : change::kind::day_with_leap;
            const auto day = number(skips_leap_day ? 1 : 0, 365);
            if (!day) return {};
            when.day = *day;
        }
        if (take('/')) {
            const auto at = time();
            if (!at) return {};
            when.time = *at;
        }
        return when;
    }

private:
    std::size_t letters() const {
        std::size_t count = 0;
        while (count != rest_.size() && ((rest_[count] | 0x20) >= 'a' && (rest_[count] | 0x20) <= 'z')) ++count;
        return count;
    }

    std::string_view rest_;
};

std::optional<tz_rule> tz_rule::parse(std::string_view text) {
    reader from(text);
    tz_rule rule;
    if (!from.name()) return {};
    const auto west = from.time();  // POSIX counts westward
    if (!west) return {};
    rule.standard_ = {-*west, false};
    if (from.at_end()) return rule;

    if (!from.name()) return {};
    rule.summer_ = {rule.standard_.offset + 3600, true};
    if (const auto summer_west = from.time()) rule.summer_->offset = -*summer_west;
    const auto begins = from.date(), ends = from.date();
    if (!begins || !ends || !from.at_end()) return {};
    rule.begins_ = *begins;
    rule.ends_ = *ends;
    return rule;
}

std::int64_t tz_rule::change::in(chrono::year year) const {
    chrono::sys_days date = year / 1 / 1;
    switch (counted) {
    case kind::weekday_of_month: {
        const auto of_month = year / chrono::month(static_cast<unsigned>(month));
        const chrono::weekday weekday(static_cast<unsigned>(day));
        date = week == 5 ? chrono::sys_days(of_month / weekday[chrono::last])
                         : chrono::sys_days(of_month / weekday[static_cast<unsigned>(week)]);
        break;
    }
    case kind::day_without_leap: date += chrono::days(day - 1 + (year.is_leap() && day >= 60 ? 1 : 0)); break;
    case kind::day_with_leap: date += chrono::days(day); break;
    }
    return chrono::seconds(date.time_since_epoch()).count() + time;
}

clock_setting tz_rule::at(std::int64_t utc) const {
    if (!summer_) return standard_;
    const auto local = chrono::sys_seconds(chrono::seconds(utc + standard_.offset));
    const auto year = chrono::year_month_day(chrono::floor<chrono::days>(local)).year();
    const std::int64_t begins = begins_.in(year)-standard_.offset;
    const std::int64_t ends = ends_.in(year)-summer_->offset;
    // On the southern hemisphere, summer includes the end of the year.
    const bool summer = begins < ends ? utc >= begins && utc < ends : utc >= begins || utc < ends;
    return summer ? *summer_ : standard_;
}
