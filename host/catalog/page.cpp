#include "catalog/page.hpp"

#include <algorithm>
#include <charconv>
#include <toolrack/json.hpp>

#include "base/digest.hpp"

namespace toolrack::catalog {

std::size_t count_pages(std::size_t entries, std::size_t page_size) noexcept {
    return std::max<std::size_t>(1, (entries + page_size - 1) / page_size);
}

std::string stamp_of(entries_view entries, std::size_t page_size) {
    std::string all = std::to_string(page_size);
    for (const auto* entry : entries) (all += '\n') += *entry;  // entries are single lines
    return hex(sha256(all)).substr(0, 16);
}

std::string write_page(
    std::string_view member, entries_view entries, std::size_t page_size, std::string_view stamp, std::size_t number) {
    std::string text;
    json::write_string(text, member);
    text += ":[";
    const auto begin = number * page_size, end = std::min(entries.size(), begin + page_size);
    for (std::size_t i = begin; i < end; ++i) {
        if (i != begin) text += ',';
        text += *entries[i];
    }
    text += ']';
    if (end < entries.size()) ((text += ",\"nextCursor\":\"") += stamp) += "-" + std::to_string(number + 1) + '"';
    return text;
}

std::optional<std::size_t>
read_cursor(std::optional<std::string_view> cursor, std::string_view stamp, std::size_t count) {
    if (!cursor) return 0;
    if (cursor->size() < stamp.size() + 2 || !cursor->starts_with(stamp) || (*cursor)[stamp.size()] != '-')
        return std::nullopt;
    const auto digits = cursor->substr(stamp.size() + 1);
    std::size_t page = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), page);
    if (error != std::errc{} || end != digits.data() + digits.size() || page == 0 || page >= count) return std::nullopt;
    return page;
}

pages::pages(std::string_view member, const std::vector<std::string>& entries, std::size_t page_size) {
    std::vector<const std::string*> all;
    all.reserve(entries.size());
    for (const auto& entry : entries) all.push_back(&entry);
    stamp_ = stamp_of(all, page_size);
    for (std::size_t number = 0; number < count_pages(all.size(), page_size); ++number)
        texts_.push_back(write_page(member, all, page_size, stamp_, number));
}

const std::string* pages::find(std::optional<std::string_view> cursor) const {
    const auto number = read_cursor(cursor, stamp_, texts_.size());
    return number ? &texts_[*number] : nullptr;
}

}  // namespace toolrack::catalog
