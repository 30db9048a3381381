#include "wire/era.hpp"

#include "catch.hpp"

using namespace toolrack;

TEST_CASE("every version in the table, and no other, is found by its name") {
    for (const auto& version : wire::versions) CHECK(wire::find_version(version.name) == &version);
    for (std::string_view name :
         {"", "2024-11-05", "2026-07-29", "2026-07-2", "2026-07-28 ", " 2026-07-28", "v999.0.0", "DRAFT"})
        CHECK(wire::find_version(name) == nullptr);
}

TEST_CASE("the newest version is modern, and every older one is legacy") {
    CHECK(wire::newest_modern.name == "2026-07-28");
    CHECK(wire::newest_legacy.name == "2025-11-25");
    for (const auto& version : wire::versions) {
        const bool modern = version.name >= "2026-07-28";
        CHECK((version.era == wire::era::modern) == modern);
        CHECK(version.result_type == modern);
        CHECK(version.cache_hints == modern);
    }
}

TEST_CASE("the table runs from the newest version to the oldest") {
    for (std::size_t i = 1; i < wire::versions.size(); ++i) CHECK(wire::versions[i - 1].name > wire::versions[i].name);
}
