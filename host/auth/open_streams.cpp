#include "auth/open_streams.hpp"

#include <vector>

namespace toolrack::auth {

open_streams::registration::~registration() {
    const lock_guard lock(streams_.mutex_);
    streams_.open_.erase(position_);
}

open_streams::registration open_streams::add(const identity::principal& who, std::function<void()> close) {
    by_credential::iterator position;
    {
        const lock_guard lock(mutex_);
        position = open_.emplace(credential(who.backend(), who.credential()), close);
    }
    if (who.revocation_epoch() != epoch()) close();
    return {*this, position};
}

void open_streams::close_revoked(std::string_view backend, std::string_view which) {
    epoch_.fetch_add(1, std::memory_order_acq_rel);
    std::vector<std::function<void()>> to_close;
    {
        const lock_guard lock(mutex_);
        for (auto at = open_.lower_bound({std::string(backend), std::string(which)}); at != open_.end(); ++at) {
            const auto& [from, id] = at->first;
            if (from != backend || (!which.empty() && id != which)) break;
            to_close.push_back(at->second);
        }
    }
    for (const auto& close : to_close) close();
}

}  // namespace toolrack::auth
