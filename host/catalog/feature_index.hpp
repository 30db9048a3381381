// The features of one kind: lookup by name, and the pages of their list.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/page.hpp"
#include "catalog/visible_lists.hpp"

namespace toolrack::catalog {

template <typename Entry>
class feature_index {
public:
    feature_index() = default;
    // The names of `entries` are unique. `member` is the array in a list result: "tools".
    feature_index(std::string_view member, std::vector<Entry> entries, std::size_t page_size)
        : entries_(std::move(entries)) {
        std::vector<std::string> definitions;
        std::vector<const listed*> all;
        definitions.reserve(entries_.size());
        all.reserve(entries_.size());
        for (const auto& one : entries_) {
            definitions.push_back(one.definition);
            all.push_back(&one);
            by_name_.emplace(one.name, &one);
        }
        pages_ = catalog::pages(member, definitions, page_size);
        visible_lists_ = std::make_unique<const visible_lists>(member, all, page_size);
    }
    // The map points into the vector's memory, which moves with it.
    feature_index(feature_index&&) noexcept = default;
    feature_index& operator=(feature_index&&) noexcept = default;

    const Entry* find(std::string_view name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }
    const std::vector<Entry>& entries() const noexcept { return entries_; }
    const catalog::pages& pages() const noexcept { return pages_; }
    bool is_empty() const noexcept { return entries_.empty(); }

    // The page that this caller may see; null when `cursor` does not belong to it. For a caller who may see everything
    // the page is prepared; otherwise it is built in `made`.
    const std::string*
    find_page(const identity::principal& who, std::optional<std::string_view> cursor, std::string& made) const {
        if (who.may_everything() || !visible_lists_) return pages_.find(cursor);
        const auto seen = visible_lists_->visible_to(who);
        if (std::ranges::all_of(seen, std::identity())) return pages_.find(cursor);
        auto page = visible_lists_->find(seen, cursor);
        if (!page) return nullptr;
        made = std::move(*page);
        return &made;
    }

private:
    std::vector<Entry> entries_;
    boost::unordered_flat_map<std::string_view, const Entry*> by_name_;
    catalog::pages pages_{"", {}, 1};
    std::unique_ptr<const visible_lists> visible_lists_;
};

}  // namespace toolrack::catalog
