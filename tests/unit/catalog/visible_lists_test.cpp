#include <toolrack/json.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catalog/feature_index.hpp"
#include "catch.hpp"
#include "io_fixture.hpp"
#include "principals.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using catalog::listed;

namespace {

// Things whose names are numbers; every third needs "a", the next "a" and "b", the next nothing.
std::vector<listed> things(int count) {
    std::vector<listed> made;
    for (int i = 0; i < count; ++i) {
        listed one;
        one.name = one.own_name = std::to_string(i);
        one.definition = one.name;
        if (i % 3 == 0) one.needs = catalog::requirement({"a"});
        if (i % 3 == 1) one.needs = catalog::requirement({"b", "a"});
        made.push_back(std::move(one));
    }
    return made;
}

class readers {
public:
    identity::principal with(const std::string& scopes) { return test::principal_named("ann", room_, log_, scopes); }

private:
    test::captured_log log_;
    test::io_fixture room_;
};

struct page {
    std::string entries, cursor;
};

std::optional<page> read(const catalog::feature_index<listed>& feature_index,
                         const identity::principal& who,
                         std::optional<std::string_view> cursor = std::nullopt) {
    std::string made;
    const auto* text = feature_index.find_page(who, cursor, made);
    if (!text) return std::nullopt;
    const auto object = "{" + *text + "}";
    CHECK_FALSE(wire::check_json(object));
    page read;
    for (const auto& one : json::value(object).at("things")) read.entries += std::string(one.text()) + " ";
    read.cursor = wire::string_member(json::value(object), "nextCursor").value_or("");
    return read;
}

// The whole list, page by page as a client reads it.
std::vector<std::string> read_all(const catalog::feature_index<listed>& feature_index, const identity::principal& who) {
    std::vector<std::string> pages;
    std::string cursor;
    do {
        const auto one = cursor.empty() ? read(feature_index, who) : read(feature_index, who, cursor);
        REQUIRE(one);
        pages.push_back(one->entries);
        cursor = one->cursor;
    } while (!cursor.empty());
    return pages;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("each caller gets the permitted features, in order, in full pages") {
    readers people;
    const catalog::feature_index<listed> feature_index("things", things(10), 3);
    CHECK(read_all(feature_index, people.with(R"(["*"])")) == texts{"0 1 2 ", "3 4 5 ", "6 7 8 ", "9 "});
    CHECK(read_all(feature_index, people.with(R"(["b","a"])")) == texts{"0 1 2 ", "3 4 5 ", "6 7 8 ", "9 "});
    CHECK(read_all(feature_index, people.with(R"(["a"])")) == texts{"0 2 3 ", "5 6 8 ", "9 "});
    CHECK(read_all(feature_index, people.with(R"(["b"])")) == texts{"2 5 8 "});
    CHECK(read_all(feature_index, people.with("[]")) == texts{"2 5 8 "});
}

TEST_CASE("a caller without permitted features gets an empty page") {
    readers people;
    auto all = things(10);
    for (auto& one : all) one.needs = catalog::requirement({"a"});
    const catalog::feature_index<listed> feature_index("things", std::move(all), 3);
    CHECK(read_all(feature_index, people.with("[]")) == texts{""});
    CHECK(read_all(catalog::feature_index<listed>("things", {}, 3), people.with("[]")) == texts{""});
}

TEST_CASE("a cursor is valid only for callers with the same list") {
    readers people;
    const catalog::feature_index<listed> feature_index("things", things(10), 3);
    const auto all = people.with(R"(["*"])"), some = people.with(R"(["a"])"), same = people.with(R"(["a","c"])");
    const auto of_all = read(feature_index, all)->cursor, of_some = read(feature_index, some)->cursor;
    CHECK(of_all != of_some);
    CHECK(read(feature_index, same, of_some)->entries == "5 6 8 ");
    CHECK(read(feature_index, people.with(R"(["a","b"])"), of_all)->entries == "3 4 5 ");
    CHECK_FALSE(read(feature_index, some, of_all));
    CHECK_FALSE(read(feature_index, all, of_some));
    CHECK_FALSE(read(feature_index, people.with("[]"), of_some));
}

TEST_CASE("a cursor reveals nothing about hidden features") {
    readers people;
    const auto some = people.with(R"(["c"])");
    const auto cursor_with = [&](const std::string& hidden) {
        auto all = things(20);
        all[0].definition = hidden;
        return read(catalog::feature_index<listed>("things", std::move(all), 3), some)->cursor;
    };
    CHECK(cursor_with("1000") == cursor_with("2000"));
}

TEST_CASE("callers above the cache limit are served") {
    readers people;
    std::vector<listed> all;
    for (int i = 0; i < 100; ++i) {
        listed one;
        one.name = one.definition = std::to_string(i);
        one.needs = catalog::requirement({"s" + std::to_string(i)});
        all.push_back(std::move(one));
    }
    const catalog::feature_index<listed> feature_index("things", std::move(all), 3);
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 100; i += round ? 7 : 1)
            CHECK(read_all(feature_index, people.with(R"(["s)" + std::to_string(i) + R"("])")) ==
                  texts{std::to_string(i) + " "});
}
