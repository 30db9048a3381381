#include "catalog/visible_lists.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace toolrack::catalog {
namespace {

constexpr std::size_t max_cached = 64;

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

visible_lists::visibility visible_lists::visible_to(const identity::principal& who) const {
    visibility seen(groups_.size());
    for (std::size_t i = 0; i < groups_.size(); ++i) seen[i] = groups_[i].is_met_by(who);
    return seen;
}

std::optional<std::string> visible_lists::find(const visibility& seen, std::optional<std::string_view> cursor) const {
    const auto list = get(seen);
    const auto number = read_cursor(cursor, list->stamp, count_pages(list->definitions.size(), page_size_));
    if (!number) return std::nullopt;
    return write_page(member_, list->definitions, page_size_, list->stamp, *number);
}

std::shared_ptr<const visible_lists::visible_list> visible_lists::get(const visibility& seen) const {
    {
        const lock_guard lock(mutex_);
        const auto found = std::ranges::find(cache_, seen, &cached::seen);
        if (found != cache_.end()) {
            std::rotate(found, found + 1, cache_.end());
            return cache_.back().list;
        }
    }
    // Without the lock: two threads may build the same list; either one is kept.
    const auto made = make(seen);
    const lock_guard lock(mutex_);
    if (cache_.size() >= max_cached) cache_.erase(cache_.begin());
    cache_.push_back({seen, made});
    return made;
}

std::shared_ptr<const visible_lists::visible_list> visible_lists::make(const visibility& seen) const {
    auto made = std::make_shared<visible_list>();
    for (const auto& [definition, group] : entries_)
        if (seen[group]) made->definitions.push_back(definition);
    made->stamp = stamp_of(made->definitions, page_size_);
    return made;
}

}  // namespace toolrack::catalog
