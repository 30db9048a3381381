#include "catalog/requirement.hpp"

#include <algorithm>
#include <utility>

namespace toolrack::catalog {

requirement::requirement(std::vector<std::string> scopes) : scopes_(std::move(scopes)) {
    std::ranges::sort(scopes_);
    const auto again = std::ranges::unique(scopes_);
    scopes_.erase(again.begin(), again.end());
}

bool requirement::is_met_by(const identity::principal& who) const noexcept {
    return who.may_everything() || std::ranges::all_of(scopes_, [&](const auto& one) { return who.may(one); });
}

std::vector<std::string> requirement::missing_for(const identity::principal& who) const {
    std::vector<std::string> missing;
    for (const auto& one : scopes_)
        if (!who.may(one)) missing.push_back(one);
    return missing;
}

}  // namespace toolrack::catalog
