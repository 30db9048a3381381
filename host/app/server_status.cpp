#include "app/server_status.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace toolrack::app {
namespace {

std::string named(const char* what, const std::vector<std::string>& names) {
    return names.empty() ? std::string() : fmt::format("; {}: {}", what, fmt::join(names, ", "));
}

}  // namespace

bool server_status::is_ready() const {
    if (!serves_) return false;
    const auto now = current_.get();
    return std::ranges::none_of(now->members(), [](const generation::member& one) {
        return !one.is_backend && one.is.settings().required && one.is.is_suspended();
    });
}

std::string server_status::in_a_line() const {
    const auto now = current_.get();
    std::vector<std::string> suspended, stale, degraded;
    std::size_t plugins = 0;
    for (const auto& one : now->members()) {
        plugins += !one.is_backend;
        if (one.is.is_suspended()) suspended.push_back(one.is.name());
        if (!one.stale.empty()) stale.push_back(one.is.name());
        if (!one.is.condition().degraded_reason.empty()) degraded.push_back(one.is.name());
    }
    return fmt::format("Serving {} plugin{}{}{}{}", plugins, plugins == 1 ? "" : "s", named("suspended", suspended),
                       named("not as configured", stale), named("degraded", degraded));
}

}  // namespace toolrack::app
