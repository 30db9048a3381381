#include "auth/open_streams.hpp"

#include <vector>

namespace toolrack::auth {

open_streams::visit::~visit() {
    const std::lock_guard lock(in_.mutex_);
    in_.open_.erase(where_);
}

open_streams::visit open_streams::enter(const identity::principal& who, std::function<void()> leave) {
    open_ones::iterator where;
    {
        const std::lock_guard lock(mutex_);
        where = open_.emplace(credential(who.backend(), who.credential()), leave);
    }
    if (who.admitted_at() != age()) leave();
    return {*this, where};
}

void open_streams::close_revoked(std::string_view backend, std::string_view which) {
    age_.fetch_add(1, std::memory_order_acq_rel);
    std::vector<std::function<void()>> leaving;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = open_.lower_bound({std::string(backend), std::string(which)}); at != open_.end(); ++at) {
            const auto& [from, id] = at->first;
            if (from != backend || (!which.empty() && id != which)) break;
            leaving.push_back(at->second);
        }
    }
    for (const auto& leave : leaving) leave();
}

}  // namespace toolrack::auth
