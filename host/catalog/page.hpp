// Pages: a list that clients read in pieces, written once and then only copied.
//
// A cursor says which list it belongs to and where to go on, so one that was made before the list
// changed is refused and can never repeat or skip an entry. (server/utilities/pagination.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolrack::catalog {

class pages {
public:
    pages() = default;
    // `member` names the array: "tools".
    pages(std::string_view member, const std::vector<std::string>& entries, std::size_t page_size);

    // The members of the result, without braces: "tools":[...],"nextCursor":"...". Null when `cursor` is
    // not one of this list's; no cursor is the first page.
    const std::string* find(std::optional<std::string_view> cursor) const;

private:
    std::string stamp_;  // a digest of the whole list
    std::vector<std::string> texts_;
};

}  // namespace toolrack::catalog
