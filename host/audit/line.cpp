#include "audit/line.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <toolrack/json.hpp>

#include "base/rfc3339.hpp"
#include "base/text.hpp"

namespace toolrack::audit {
namespace {

// Cuts at a character boundary.
std::string_view front_of(std::string_view text, std::size_t most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
}

}  // namespace

void line::begin(std::string_view name) {
    if (!text_.empty()) text_ += ',';
    ((text_ += '"') += name) += "\":";
}

line& line::word(std::string_view name, std::string_view text, std::size_t most) {
    begin(name);
    const auto at = text_.size();
    const bool is_long = text.size() > most;
    toolrack::json::write_string(text_, is_long ? front_of(text, most) : text);
    if (is_long) text_.insert(text_.size() - 1, "...");
    auto written = text_.substr(at);
    keep_on_one_line(written);
    text_.replace(at, std::string::npos, written);
    return *this;
}

line& line::number(std::string_view name, std::uint64_t value) {
    begin(name);
    text_ += std::to_string(value);
    return *this;
}

line& line::milliseconds(std::string_view name, std::int64_t microseconds) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{}.{:03}", microseconds / 1000, microseconds % 1000);
    return *this;
}

line& line::json(std::string_view name, std::string_view text) {
    begin(name);
    std::string written(text);
    for (char& c : written)
        if (c == '\n' || c == '\r') c = ' ';  // only between tokens: strings escape line ends
    keep_on_one_line(written);
    text_ += written;
    return *this;
}

line& line::more(std::string_view members) {
    if (!text_.empty() && !members.empty()) text_ += ',';
    text_ += members;
    return *this;
}

std::string timestamp() {
    return to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

void keep_on_one_line(std::string& json) {
    const auto may_be_unsafe = [](char c) { return c == '\x7F' || c == '\xC2' || (c >= '\xE2' && c <= '\xEF'); };
    std::string clean;
    std::size_t kept = 0;  // bytes of json that are in `clean`
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (!may_be_unsafe(json[i])) continue;
        std::size_t length = 0;
        const auto code = unprintable_character(std::string_view(json).substr(i), length);
        if (!code) continue;
        clean.append(json, kept, i - kept);
        fmt::format_to(std::back_inserter(clean), "\\u{:04x}", *code);
        kept = i + length;
        i = kept - 1;
    }
    if (kept == 0) return;
    clean.append(json, kept, std::string::npos);
    json = std::move(clean);
}

}  // namespace toolrack::audit
