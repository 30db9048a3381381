// The part of a list that a caller may see who may not see all of it.
//
// Entries with the same requirement are visible or hidden together, so a caller is checked once for each distinct
// requirement, and the list of all callers who see the same entries is built once. A cursor belongs to the visible
// list: it reveals nothing about hidden entries and becomes invalid when the caller may see other entries. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.hpp"
#include "catalog/definition.hpp"
#include "catalog/page.hpp"
#include "identity/principal.hpp"

namespace toolrack::catalog {

class visible_lists {
public:
    // `entries` must outlive this object.
    visible_lists(std::string_view member, const std::vector<const listed*>& entries, std::size_t page_size);

    // For each group of entries with one requirement: whether the caller sees it.
    using visibility = std::vector<bool>;
    visibility visible_to(const identity::principal& who) const;

    // Like pages::find().
    std::optional<std::string> find(const visibility& seen, std::optional<std::string_view> cursor) const;

private:
    struct visible_list {
        std::vector<const std::string*> definitions;
        std::string stamp;
    };
    std::shared_ptr<const visible_list> make(const visibility& seen) const;
    std::shared_ptr<const visible_list> get(const visibility& seen) const;

    const std::string member_;
    const std::size_t page_size_;
    std::vector<requirement> groups_;
    std::vector<std::pair<const std::string*, std::uint32_t>> entries_;  // definition and group

    struct cached {
        visibility seen;
        std::shared_ptr<const visible_list> list;
    };
    mutable mutex mutex_;
    mutable std::vector<cached> cache_ TOOLRACK_GUARDED_BY(mutex_);  // most recently used last
};

}  // namespace toolrack::catalog
