#include "catalog/rules.hpp"

#include <algorithm>
#include <cstddef>

namespace toolrack::catalog {
namespace {

// "current_time, convert_time and 3 more"
std::string named(const std::vector<std::string>& names) {
    constexpr std::size_t most = 8;
    if (names.empty()) return "no tools";
    std::string text;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i ? ", " : "") + names[i];
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

// The first matching rule that sets the given member; null when there is none.
template <typename Member>
const config::tool_rule* find_rule(const config::plugin& settings, std::string_view own_name, Member member) {
    const auto found = std::ranges::find_if(
        settings.tools, [&](const auto& rule) { return rule.*member && matches_glob(own_name, rule.match); });
    return found == settings.tools.end() ? nullptr : &*found;
}

}  // namespace

// Linear in the product of both lengths, for any number of stars: after a mismatch only the last star backtracks.
bool matches_glob(std::string_view name, std::string_view glob) noexcept {
    std::size_t n = 0, g = 0;
    std::size_t star = std::string_view::npos, resume = 0;
    while (n < name.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = n;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
            ++g;
            ++n;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

std::optional<std::chrono::milliseconds> timeout_of_tool(const config::plugin& settings, std::string_view own_name) {
    const auto* rule = find_rule(settings, own_name, &config::tool_rule::timeout);
    return rule ? rule->timeout : std::nullopt;
}

requirement required_of_tool(const config::plugin& settings,
                             std::string_view own_name,
                             const std::optional<std::vector<std::string>>& suggested) {
    if (const auto* rule = find_rule(settings, own_name, &config::tool_rule::scopes)) return requirement(*rule->scopes);
    return required_of_other(settings, suggested);
}

requirement required_of_other(const config::plugin& settings,
                              const std::optional<std::vector<std::string>>& suggested) {
    if (settings.scopes) return requirement(*settings.scopes);
    if (suggested) return requirement(*suggested);
    return requirement({settings.name});
}

std::vector<std::string> unused_rules(const config::plugin& settings, const std::vector<std::string>& own_names) {
    std::vector<std::string> sentences;
    for (const auto& rule : settings.tools) {
        const auto counts = [&](const auto& name) {
            return find_rule(settings, name, &config::tool_rule::scopes) == &rule ||
                   find_rule(settings, name, &config::tool_rule::timeout) == &rule;
        };
        if (std::ranges::any_of(own_names, counts)) continue;
        const auto fits = [&](const auto& name) { return matches_glob(name, rule.match); };
        sentences.push_back(to_string(rule.where) + ": plugin.tool.match \"" + rule.match + "\" " +
                            (std::ranges::any_of(own_names, fits)
                                 ? "has no effect: an earlier rule matches every tool that it matches"
                                 : "matches no tool of " + settings.name + ", which has " + named(own_names)));
    }
    return sentences;
}

}  // namespace toolrack::catalog
