#include "app/vitals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace toolrack::app {
namespace {

std::string named(const char* what, const std::vector<std::string>& names) {
    return names.empty() ? std::string() : fmt::format("; {}: {}", what, fmt::join(names, ", "));
}

}  // namespace

bool vitals::is_ready() const {
    if (!serves_) return false;
    const auto now = current_.get();
    return std::ranges::none_of(now->members(), [](const generation::member& one) {
        return !one.is_backend && one.is.settings().required && one.is.is_benched();
    });
}

std::string vitals::in_a_line() const {
    const auto now = current_.get();
    std::vector<std::string> benched, stale, ailing;
    std::size_t plugins = 0;
    for (const auto& one : now->members()) {
        plugins += !one.is_backend;
        if (one.is.is_benched()) benched.push_back(one.is.name());
        if (!one.stale.empty()) stale.push_back(one.is.name());
        if (!one.is.condition().ailment.empty()) ailing.push_back(one.is.name());
    }
    return fmt::format("Serving {} plugin{}{}{}{}", plugins, plugins == 1 ? "" : "s", named("benched", benched),
                       named("not as configured", stale), named("ailing", ailing));
}

}  // namespace toolrack::app
