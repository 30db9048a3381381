// Pages: a list that clients read in pieces, written once and then only copied.
//
// A cursor says which list it belongs to and where to go on, so one that was made before the list
// changed is refused and can never repeat or skip an entry. (server/utilities/pagination.)
#pragma once

#include <optional>
#include <span>
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

// How a page is written and found, for who makes them as they are asked for. `entries` are all of the
// list, each on one line.
using entries_view = std::span<const std::string* const>;
std::string stamp_of(entries_view entries, std::size_t page_size);
std::string write_page(std::string_view member,
                       entries_view entries,
                       std::size_t page_size,
                       std::string_view stamp,
                       std::size_t number);
// Which page a cursor with this stamp is for, the first being 0; nothing when it is not one of `count`.
std::optional<std::size_t> read_cursor(std::optional<std::string_view> cursor, std::string_view stamp,
                                       std::size_t count);
std::size_t count_pages(std::size_t entries, std::size_t page_size) noexcept;  // an empty list is one page

}  // namespace toolrack::catalog
