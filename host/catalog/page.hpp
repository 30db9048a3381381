// The pages of a list, written once and then copied.
//
// A cursor contains a digest of its list and a page number, so a cursor of an earlier list is rejected and can never
// repeat or skip an entry. (2026-07-28 and 2025-11-25, server/utilities/pagination.)
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
    // `member` is the name of the array: "tools".
    pages(std::string_view member, const std::vector<std::string>& entries, std::size_t page_size);

    // The members of the result, without braces: "tools":[...],"nextCursor":"...". Without a cursor, the first page.
    // Null when the cursor does not belong to this list.
    const std::string* find(std::optional<std::string_view> cursor) const;

private:
    std::string stamp_;  // a digest of the whole list
    std::vector<std::string> texts_;
};

// The functions that pages and visible_lists share. `entries` is the whole list, each entry on one line.
using entries_view = std::span<const std::string* const>;
std::string stamp_of(entries_view entries, std::size_t page_size);
std::string write_page(
    std::string_view member, entries_view entries, std::size_t page_size, std::string_view stamp, std::size_t number);
// The page number of a cursor, from 0; empty when the cursor has another stamp or is not below `count`.
std::optional<std::size_t>
read_cursor(std::optional<std::string_view> cursor, std::string_view stamp, std::size_t count);
std::size_t count_pages(std::size_t entries, std::size_t page_size) noexcept;  // an empty list is one page

}  // namespace toolrack::catalog
