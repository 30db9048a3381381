// A shelf: the features of one kind, by the name that clients use, and the list that they read.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/page.hpp"

namespace toolrack::catalog {

template <typename Entry>
class shelf {
public:
    shelf() = default;
    // `entries` have different names. `member` names the array in a list result: "tools".
    shelf(std::string_view member, std::vector<Entry> entries, std::size_t page_size)
        : entries_(std::move(entries)) {
        std::vector<std::string> definitions;
        definitions.reserve(entries_.size());
        for (const auto& one : entries_) {
            definitions.push_back(one.definition);
            by_name_.emplace(one.name, &one);
        }
        pages_ = catalog::pages(member, definitions, page_size);
    }
    shelf(shelf&&) = default;  // the map leads into the vector's memory, which moves along
    shelf& operator=(shelf&&) = default;

    const Entry* find(std::string_view name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }
    const std::vector<Entry>& entries() const noexcept { return entries_; }
    const catalog::pages& pages() const noexcept { return pages_; }
    bool is_empty() const noexcept { return entries_.empty(); }

private:
    std::vector<Entry> entries_;
    boost::unordered_flat_map<std::string_view, const Entry*> by_name_;
    catalog::pages pages_{"", {}, 1};
};

}  // namespace toolrack::catalog
