#include "app/start_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "base/text.hpp"

namespace toolrack::app {
namespace {

std::string describe_backends(const config::settings& settings) {
    std::string text;
    for (const auto& one : settings.auth.backends) text += (text.empty() ? "" : ", then ") + one.name;
    return text;
}

// "current_time, convert_time, 2 prompts"
std::string describe_features(const load_report::served_plugin& plugin) {
    constexpr std::size_t max_named = 8;
    const auto named = static_cast<std::ptrdiff_t>(std::min(max_named, plugin.tools.size()));
    std::vector<std::string> parts(plugin.tools.begin(), plugin.tools.begin() + named);
    if (plugin.tools.size() > max_named) parts.push_back(counted(plugin.tools.size() - max_named, "more tool"));
    if (plugin.prompts) parts.push_back(counted(plugin.prompts, "prompt"));
    if (plugin.resources) parts.push_back(counted(plugin.resources, "resource"));
    return parts.empty() ? "no features" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string describe_plugins(const load_report& report) {
    std::string text;
    for (const auto& one : report.served)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", one.name, describe_features(one));
    if (text.empty()) text = "none";
    if (report.not_served) text += fmt::format("; {} not served, see above", report.not_served);
    return text;
}

}  // namespace

void print(const std::string& lines) { std::fputs(lines.c_str(), stderr); }

void print_summary(const generation& now, const http::tls_context* tls) {
    if (tls) print(fmt::format("  tls      {}\n", tls->summary()));
    print(fmt::format("  auth     {}\n  plugins  {}\n  config   {}\n",
                      describe_backends(now.settings()),
                      describe_plugins(now.report()),
                      now.settings().file.string()));
}

}  // namespace toolrack::app
