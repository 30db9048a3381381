#include "auth/usage_table.hpp"

#include <algorithm>

namespace toolrack::auth {

std::shared_ptr<identity::usage_counters>
usage_table::of(std::string_view issuer, std::string_view subject, bucket::time now) {
    const lock_guard lock(mutex_);
    if (const auto found = by_name_.find(view(issuer, subject)); found != by_name_.end()) return found->second;
    if (by_name_.size() >= next_removal_at_) remove_unused(now);
    auto made = by_name_.emplace(name(issuer, subject), std::make_shared<identity::usage_counters>()).first->second;
    if (requests_ && !issuer.empty()) made->requests = &requests_->at({issuer, subject});
    return made;
}

std::size_t usage_table::size() const {
    const lock_guard lock(mutex_);
    return by_name_.size();
}

// Counters in use stay: their number is bounded by connections, sessions and tasks. The scan is amortized over the
// insertions since the last one.
void usage_table::remove_unused(bucket::time now) {
    const auto is_held = [](const auto& one) { return one.second.use_count() > 1; };
    std::erase_if(by_name_, [&](const auto& one) { return !is_held(one) && one.second->rate.is_full(now); });
    if (by_name_.size() >= most_) std::erase_if(by_name_, [&](const auto& one) { return !is_held(one); });
    next_removal_at_ = std::max<std::size_t>(
        1000, by_name_.size() < most_ ? std::min(most_, 2 * by_name_.size()) : 2 * by_name_.size());
}

}  // namespace toolrack::auth
