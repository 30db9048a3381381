#include "app/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace toolrack::app {
namespace {

std::string backends_of(const config::settings& settings) {
    std::string text;
    for (const auto& one : settings.auth.backends) text += (text.empty() ? "" : ", then ") + one.name;
    return text;
}

std::string counted(std::size_t count, const char* one) {
    return count == 0 ? "" : fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// "current_time, convert_time, 2 prompts"
std::string offers_of(const generation::served_plugin& one) {
    constexpr std::size_t most_named = 8;
    const auto named = static_cast<std::ptrdiff_t>(std::min(most_named, one.tools.size()));
    std::vector<std::string> parts(one.tools.begin(), one.tools.begin() + named);
    if (one.tools.size() > most_named) parts.push_back(counted(one.tools.size() - most_named, "more tool"));
    parts.push_back(counted(one.prompts, "prompt"));
    parts.push_back(counted(one.resources, "resource"));
    std::erase(parts, "");
    return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string plugins_of(const generation::account& report) {
    std::string text;
    for (const auto& one : report.served)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", one.name, offers_of(one));
    if (text.empty()) text = "none";
    if (report.left_out) text += fmt::format("; {} left out, see above", report.left_out);
    return text;
}

}  // namespace

void say(const std::string& lines) { std::fputs(lines.c_str(), stderr); }

void print_summary(const generation& now, const http::tls* secured) {
    if (secured) say(fmt::format("  tls      {}\n", secured->summary()));
    say(fmt::format("  auth     {}\n  plugins  {}\n  config   {}\n",
                    backends_of(now.settings()),
                    plugins_of(now.report()),
                    now.settings().file.string()));
}

}  // namespace toolrack::app
