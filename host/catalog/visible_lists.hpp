// Excerpts: what of a list a caller sees who may not see all of it.
//
// Entries that require the same stand or fall together, so a caller is judged once for each requirement
// there is, and what those callers see who may see the same is worked out for the first of them. A cursor
// belongs to what its caller sees: it tells nothing of the rest, and finds nothing once the caller may see
// more or less. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/definition.hpp"
#include "catalog/page.hpp"
#include "identity/principal.hpp"

namespace toolrack::catalog {

class visible_lists {
public:
    // `entries` must outlive it, where they are.
    visible_lists(std::string_view member, const std::vector<const listed*>& entries, std::size_t page_size);

    // Which groups of entries this caller sees.
    using sight = std::vector<bool>;
    sight seen_by(const identity::principal& who) const;

    // As pages::find() has it.
    std::optional<std::string> find(const sight& seen, std::optional<std::string_view> cursor) const;

private:
    struct excerpt {
        std::vector<const std::string*> definitions;
        std::string stamp;
    };
    std::shared_ptr<const excerpt> make(const sight& seen) const;
    std::shared_ptr<const excerpt> get(const sight& seen) const;

    const std::string member_;
    const std::size_t page_size_;
    std::vector<requirement> groups_;
    std::vector<std::pair<const std::string*, std::uint32_t>> entries_;  // definition and group

    struct kept {
        sight seen;
        std::shared_ptr<const excerpt> is;
    };
    mutable std::mutex mutex_;
    mutable std::vector<kept> kept_;  // the last used is the last
};

}  // namespace toolrack::catalog
