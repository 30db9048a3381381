#include "metrics/page.hpp"

#include <fmt/format.h>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack::metrics {
namespace {

constexpr std::size_t longest_value = 200;

void add_escaped(std::string& to, std::string_view value) {
    for (const char c : value) {
        if (c == '\n') {
            to += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') to += '\\';
        to += c;
    }
}

}  // namespace

std::string label_value(std::string_view text) { return redacted(printable(text, longest_value)); }

void page::begin(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
}

void page::sample(labels of, std::uint64_t value) { line("", of, "", std::to_string(value)); }

void page::sample(labels of, const histogram& value) {
    std::uint64_t count = 0;
    const auto buckets = value.buckets();
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        count += buckets[i];
        const bool is_last = i == histogram::bounds.size();
        const auto bound =
            is_last ? "+Inf" : fmt::format("{}", static_cast<double>(histogram::bounds[i].count()) / 1e6);
        line("_bucket", of, bound, std::to_string(count));
    }
    line("_sum", of, "", fmt::format("{}", value.seconds()));
    line("_count", of, "", std::to_string(count));
}

void page::line(std::string_view suffix, labels of, std::string_view bound, std::string_view value) {
    (text_ += name_) += suffix;
    char before = '{';
    const auto add = [&](std::string_view name, std::string_view text) {
        if (text.empty()) return;
        ((text_ += before) += name) += "=\"";
        add_escaped(text_, text);
        text_ += '"';
        before = ',';
    };
    for (const auto& [name, text] : of) add(name, text);
    add("le", bound);
    if (before == ',') text_ += '}';
    ((text_ += ' ') += value) += '\n';
}

}  // namespace toolrack::metrics
