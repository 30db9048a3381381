#include "catalog/visible_lists.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace toolrack::catalog {
namespace {

constexpr std::size_t most_kept = 64;

}  // namespace

visible_lists::visible_lists(std::string_view member, const std::vector<const listed*>& entries, std::size_t page_size)
    : member_(member), page_size_(page_size) {
    std::map<std::vector<std::string>, std::uint32_t> known;
    entries_.reserve(entries.size());
    for (const auto* one : entries) {
        const auto [group, is_new] = known.emplace(one->needs.scopes(), static_cast<std::uint32_t>(groups_.size()));
        if (is_new) groups_.push_back(one->needs);
        entries_.emplace_back(&one->definition, group->second);
    }
}

visible_lists::sight visible_lists::seen_by(const identity::principal& who) const {
    sight seen(groups_.size());
    for (std::size_t i = 0; i < groups_.size(); ++i) seen[i] = groups_[i].is_met_by(who);
    return seen;
}

std::optional<std::string> visible_lists::find(const sight& seen, std::optional<std::string_view> cursor) const {
    const auto is = get(seen);
    const auto number = read_cursor(cursor, is->stamp, count_pages(is->definitions.size(), page_size_));
    if (!number) return std::nullopt;
    return write_page(member_, is->definitions, page_size_, is->stamp, *number);
}

std::shared_ptr<const visible_lists::excerpt> visible_lists::get(const sight& seen) const {
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find(kept_, seen, &kept::seen);
        if (found != kept_.end()) {
            std::rotate(found, found + 1, kept_.end());
            return kept_.back().is;
        }
    }
    // Without the lock: two callers may make the same, and either will do.
    const auto made = make(seen);
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= most_kept) kept_.erase(kept_.begin());
    kept_.push_back({seen, made});
    return made;
}

std::shared_ptr<const visible_lists::excerpt> visible_lists::make(const sight& seen) const {
    auto made = std::make_shared<excerpt>();
    for (const auto& [definition, group] : entries_)
        if (seen[group]) made->definitions.push_back(definition);
    made->stamp = stamp_of(made->definitions, page_size_);
    return made;
}

}  // namespace toolrack::catalog
