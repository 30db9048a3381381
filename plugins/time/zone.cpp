#include "zone.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>

namespace {

constexpr std::size_t max_bytes = 1 << 20;  // real files have a few thousand bytes

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Area/Location, of letters, digits, _ + and -. No dots and no leading slash, so that a name cannot
// leave the folder. "right" and "posix" contain variants with other leap seconds.
bool is_name(std::string_view name) {
    if (name.size() > 64 || name.starts_with("right/") || name.starts_with("posix/")) return false;
    bool begins = true;
    for (const char c : name) {
        const bool digit_or_mark = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (begins ? !is_letter(c) : !is_letter(c) && !digit_or_mark && c != '/') return false;
        begins = c == '/';
    }
    return !begins;
}

std::string read(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) > max_bytes)
        return {};
    std::ifstream file(path, std::ios::binary);
    std::string content(max_bytes, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

// Removes numbers and parts from the front of a file; throws bad_zone at its end.
class bytes {
public:
    explicit bytes(std::string_view content) : rest_(content) {}

    std::string_view take(std::size_t count) {
        if (count > rest_.size()) throw bad_zone("names a truncated time zone file");
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    // Big endian, two's complement.
    std::int64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (const char c : take(size)) value = value << 8 | static_cast<unsigned char>(c);
        const std::uint64_t sign = std::uint64_t(1) << (size * 8 - 1);
        return static_cast<std::int64_t>((value ^ sign) - sign);
    }

    std::string_view line() { return take(std::min(rest_.find('\n'), rest_.size())); }

private:
    std::string_view rest_;
};

struct header {
    int version;
    std::size_t utc_marks, standard_marks, leaps, transitions, types, letters;

    explicit header(bytes& file) {
        if (file.take(4) != "TZif") throw bad_zone("names a file that is not a time zone file");
        version = file.take(16).front() - '0';  // the rest is reserved
        for (std::size_t* count : {&utc_marks, &standard_marks, &leaps, &transitions, &types, &letters}) {
            *count = static_cast<std::size_t>(file.number(4));
            if (*count > max_bytes) throw bad_zone("names a damaged time zone file");
        }
    }

    std::size_t size(std::size_t of_time) const {
        return transitions * (of_time + 1) + types * 6 + letters + leaps * (of_time + 4) + standard_marks + utc_marks;
    }
};

}  // namespace

zone zone::named(std::string_view name, const std::filesystem::path& folder) {
    if (!is_name(name))
        throw bad_zone("is not the name of a time zone: expected an IANA name such as "
                       "\"UTC\", \"Europe/Berlin\" or \"America/New_York\"");
    const std::string content = read(folder / name);
    if (content.empty() && name == "UTC") return {};
    if (!content.starts_with("TZif"))
        throw bad_zone("is not a time zone of this server: expected an IANA name "
                       "such as \"UTC\", \"Europe/Berlin\" or \"America/New_York\"");
    return parse(content);
}

// A file of version 2 or later contains the data twice: with 32-bit times, then with 64-bit times.
zone zone::parse(std::string_view content) {
    bytes file(content);
    header counts(file);
    const bool wide = counts.version >= 2;
    const std::size_t of_time = wide ? 8 : 4;
    if (wide) {
        file.take(counts.size(4));
        counts = header(file);
    }

    bytes times(file.take(counts.transitions * of_time));
    const std::string_view indices = file.take(counts.transitions);
    std::vector<clock_setting> types;
    for (std::size_t n = 0; n != counts.types; ++n) {
        const auto offset = static_cast<std::int32_t>(file.number(4));
        if (std::abs(static_cast<std::int64_t>(offset)) > 26 * 3600)  // RFC 8536, 3.2
            throw bad_zone("names a damaged time zone file");
        types.push_back({offset, file.number(1) != 0});
        file.take(1);  // index of the abbreviation
    }
    if (types.empty()) throw bad_zone("names a damaged time zone file");

    zone result;
    result.first_ = types.front();
    for (const char index : indices) {
        const auto type = static_cast<unsigned char>(index);
        if (type >= types.size()) throw bad_zone("names a damaged time zone file");
        result.transitions_.push_back({times.number(of_time), types[type]});
    }
    if (!std::ranges::is_sorted(result.transitions_, {}, &transition::utc))
        throw bad_zone("names a damaged time zone file");
    if (wide) {
        file.take(counts.letters + counts.leaps * (of_time + 4) + counts.standard_marks + counts.utc_marks);
        file.take(1);  // newline before the footer
        result.rule_ = tz_rule::parse(file.line());
    }
    return result;
}

clock_setting zone::at(std::int64_t utc) const {
    const auto next = std::ranges::upper_bound(transitions_, utc, {}, &transition::utc);
    if (next == transitions_.end() && rule_) return rule_->at(utc);
    return next == transitions_.begin() ? first_ : (next - 1)->setting;
}

std::int64_t zone::to_utc(std::int64_t local) const {
    constexpr std::int64_t day = 24 * 3600;
    const std::int64_t before = at(local - day).offset, after = at(local + day).offset;
    for (const std::int64_t offset : {before, after})
        if (at(local - offset).offset == offset) return local - offset;
    return local - before;
}
