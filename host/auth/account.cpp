#include "auth/account.hpp"

#include <algorithm>

namespace toolrack::auth {

std::shared_ptr<account> accounts::of(std::string_view issuer, std::string_view subject, bucket::time now) {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_name_.find(view(issuer, subject)); found != by_name_.end()) return found->second;
    if (by_name_.size() >= tidy_at_) make_room(now);
    const auto made = by_name_.emplace(name(issuer, subject), std::make_shared<account>()).first->second;
    if (requests_ && !issuer.empty()) made->requests = &requests_->at({issuer, subject});
    return made;
}

std::size_t accounts::size() const {
    const std::lock_guard lock(mutex_);
    return by_name_.size();
}

// Held ones stay in any case: there are no more of them than connections, sessions and tasks. Looking through all
// is paid for by those that came since the last time.
void accounts::make_room(bucket::time now) {
    const auto is_held = [](const auto& one) { return one.second.use_count() > 1; };
    std::erase_if(by_name_, [&](const auto& one) { return !is_held(one) && one.second->pace.is_full(now); });
    if (by_name_.size() >= most_) std::erase_if(by_name_, [&](const auto& one) { return !is_held(one); });
    tidy_at_ = std::max<std::size_t>(1000, by_name_.size() < most_ ? std::min(most_, 2 * by_name_.size())
                                                                   : 2 * by_name_.size());
}

}  // namespace toolrack::auth
