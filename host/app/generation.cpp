#include "app/generation.hpp"

#include <algorithm>

namespace toolrack::app {

bool generation::has_same_instances(const generation& other) const noexcept {
    const auto is_same = [](const loaded_instance& one, const loaded_instance& another) {
        return one.instance == another.instance;
    };
    return std::ranges::equal(plugins(), other.plugins(), is_same) &&
           std::ranges::equal(backends(), other.backends(), is_same);
}

std::size_t generation::interrupt_calls() const {
    std::size_t count = 0;
    for (const auto& one : plugins()) count += one.instance->interrupt_calls();
    return count;
}

bool generation::close_instances(std::chrono::milliseconds grace, log& log) const {
    bool is_closed = true;
    if (const auto& journal = audit_policy().shared_journal()) journal->flush();
    for (const auto* group : {&plugins(), &backends()}) {
        for (const auto& one : *group) {
            if (one.instance->close(grace)) continue;
            is_closed = false;
            log.error("plugin {}: a call did not return", one.instance->name());
        }
    }
    return is_closed;
}

}  // namespace toolrack::app
