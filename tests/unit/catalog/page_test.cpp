#include "catalog/page.hpp"

#include <toolrack/json.hpp>

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using catalog::pages;

namespace {

std::vector<std::string> numbers(int count, int from = 0) {
    std::vector<std::string> entries;
    for (int i = 0; i < count; ++i) entries.push_back(std::to_string(from + i));
    return entries;
}

std::string cursor_of(const std::string& page) {
    const auto object = "{" + page + "}";
    CHECK_FALSE(wire::check_json(object));
    return wire::string_member(json::value(object), "nextCursor").value_or("");
}

// The whole list, read page by page as a client does; and how many pages that were.
std::string read_all(const pages& list, std::size_t& count) {
    std::string all, cursor;
    const std::string* page = list.find(std::nullopt);
    for (count = 1;; ++count) {
        REQUIRE(page);
        const auto object = "{" + *page + "}";
        for (const auto& entry : json::value(object).at("things")) all += std::string(entry.text()) + " ";
        cursor = cursor_of(*page);
        if (cursor.empty()) return all;
        page = list.find(cursor);
    }
}

}  // namespace

TEST_CASE("an empty list is one empty page") {
    const pages list("things", {}, 10);
    REQUIRE(list.find(std::nullopt));
    CHECK(*list.find(std::nullopt) == R"("things":[])");
}

TEST_CASE("a list is complete and in order for any page size") {
    struct row {
        int entries;
        std::size_t page_size, pages;
    };
    for (const auto& [entries, page_size, expected] : {row{1, 1, 1},
                                                       {2, 1, 2},
                                                       {5, 1, 5},
                                                       {6, 3, 2},
                                                       {7, 3, 3},
                                                       {5, 3, 2},
                                                       {3, 3, 1},
                                                       {4, 3, 2},
                                                       {2, 3, 1},
                                                       {100, 100, 1},
                                                       {101, 100, 2},
                                                       {99, 100, 1}}) {
        CAPTURE(entries, page_size);
        std::string expected_text;
        for (const auto& entry : numbers(entries)) expected_text += entry + " ";
        std::size_t count = 0;
        CHECK(read_all(pages("things", numbers(entries), page_size), count) == expected_text);
        CHECK(count == expected);
    }
}

TEST_CASE("a page has no more entries than the page size") {
    const pages list("things", numbers(7), 3);
    CHECK(list.find(std::nullopt)->find(R"("things":[0,1,2],"nextCursor":")") == 0);
}

TEST_CASE("an invented cursor is invalid") {
    const pages list("things", numbers(10), 3);
    const auto good = cursor_of(*list.find(std::nullopt));
    REQUIRE(list.find(good));
    const auto stamp = good.substr(0, good.rfind('-'));
    for (const auto& forged : std::vector<std::string>{"",
                                                       "1",
                                                       "-",
                                                       "-1",
                                                       stamp,
                                                       stamp + "-",
                                                       stamp + "-0",
                                                       stamp + "-4",
                                                       stamp + "-99999999999999999999",
                                                       stamp + "--1",
                                                       stamp + "-1x",
                                                       stamp + "-1 ",
                                                       stamp + "- 1",
                                                       stamp + "+1",
                                                       stamp + "-0x1",
                                                       stamp + "-+1",
                                                       " " + good,
                                                       good + "\n",
                                                       std::string(16, '0') + "-1",
                                                       stamp.substr(1) + "-1",
                                                       std::string(100'000, 'a')}) {
        CAPTURE(forged.substr(0, 40));
        CHECK(list.find(forged) == nullptr);
    }
}

TEST_CASE("a cursor of another list, or of an earlier version, is invalid") {
    const pages list("things", numbers(10), 3);
    const auto cursor = cursor_of(*list.find(std::nullopt));
    CHECK(pages("things", numbers(10), 3).find(cursor));  // the same list
    CHECK_FALSE(pages("things", numbers(11), 3).find(cursor));
    CHECK_FALSE(pages("things", numbers(10, 1), 3).find(cursor));
    CHECK_FALSE(pages("things", {}, 3).find(cursor));
    auto swapped = numbers(10);
    std::swap(swapped[0], swapped[9]);
    CHECK_FALSE(pages("things", swapped, 3).find(cursor));
}

TEST_CASE("a cursor for another page size neither repeats nor skips an entry") {
    const pages small("things", numbers(10), 3), large("things", numbers(10), 4);
    const auto cursor = cursor_of(*small.find(std::nullopt));
    const auto* page = large.find(cursor);
    if (page) CHECK(page->find(R"("things":[3,)") == 0);
}

TEST_CASE("a cursor of a list with the same concatenated text is invalid") {
    const auto cursor = cursor_of(*pages("things", {"1", "23", "4"}, 1).find(std::nullopt));
    CHECK_FALSE(pages("things", {"12", "3", "4"}, 1).find(cursor));
}
