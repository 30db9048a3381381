#include "catalog/page.hpp"

#include <algorithm>
#include <charconv>
#include <toolrack/json.hpp>

#include "base/digest.hpp"

namespace toolrack::catalog {

pages::pages(std::string_view member, const std::vector<std::string>& entries, std::size_t page_size) {
    std::string all = std::to_string(page_size);
    for (const auto& entry : entries) (all += '\n') += entry;  // entries are single lines
    stamp_ = hex(sha256(all)).substr(0, 16);

    std::size_t next = 0;
    do {
        std::string text;
        json::write_string(text, member);
        text += ":[";
        const auto end = std::min(entries.size(), next + page_size);
        for (std::size_t i = next; i < end; ++i) {
            if (i != next) text += ',';
            text += entries[i];
        }
        text += ']';
        next = end;
        if (next < entries.size()) text += ",\"nextCursor\":\"" + stamp_ + "-" + std::to_string(texts_.size() + 1) + '"';
        texts_.push_back(std::move(text));
    } while (next < entries.size());
}

const std::string* pages::find(std::optional<std::string_view> cursor) const {
    if (!cursor) return &texts_.front();
    if (cursor->size() < stamp_.size() + 2 || !cursor->starts_with(stamp_) || (*cursor)[stamp_.size()] != '-')
        return nullptr;
    const auto digits = cursor->substr(stamp_.size() + 1);
    std::size_t page = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), page);
    if (error != std::errc{} || end != digits.data() + digits.size() || page == 0 || page >= texts_.size())
        return nullptr;
    return &texts_[page];
}

}  // namespace toolrack::catalog
