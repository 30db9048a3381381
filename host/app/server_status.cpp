#include "app/server_status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace toolrack::app {
namespace {

struct instance_lists {
    std::vector<std::string> suspended, stale, degraded;

    void add(const std::vector<loaded_instance>& loaded) {
        for (const auto& one : loaded) {
            const auto& name = one.instance->name();
            if (one.instance->is_suspended()) suspended.push_back(name);
            if (!one.stale_reason.empty()) stale.push_back(name);
            if (!one.instance->status().degraded_reason.empty()) degraded.push_back(name);
        }
    }
};

std::string titled(const char* title, const std::vector<std::string>& names) {
    return names.empty() ? std::string() : fmt::format("; {}: {}", title, fmt::join(names, ", "));
}

}  // namespace

bool server_status::is_ready() const {
    if (!is_serving_) return false;
    const auto now = current_.get();
    return std::ranges::none_of(now->plugins(), [](const loaded_instance& one) {
        return one.instance->settings().required && one.instance->is_suspended();
    });
}

std::string server_status::summary() const {
    const auto now = current_.get();
    instance_lists lists;
    lists.add(now->backends());
    lists.add(now->plugins());
    return fmt::format("Serving {}{}{}{}",
                       counted(now->plugins().size(), "plugin"),
                       titled("suspended", lists.suspended),
                       titled("stale", lists.stale),
                       titled("degraded", lists.degraded));
}

// All listeners count their connections in one limiter.
std::size_t server_status::open_connections() const {
    return listeners_.empty() ? 0 : listeners_.front()->open_connections();
}

}  // namespace toolrack::app
