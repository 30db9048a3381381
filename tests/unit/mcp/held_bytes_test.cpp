#include "mcp/held_bytes.hpp"

#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using mcp::held_bytes;

namespace {

class held_fixture {
public:
    held_fixture(std::size_t most, std::size_t most_per_principal)
        : held(std::make_shared<held_bytes>(most, most_per_principal)) {}

    // Its name is in `lost` once it was dropped.
    void add(const std::string& owner, const std::string& name, std::size_t bytes) {
        held_bytes::dropped removed;
        items.push_back(held->add(
            owner, bytes, [this, name] { lost += name; }, removed));
        for (const auto& drop : removed) drop();
    }

    std::shared_ptr<held_bytes> held;
    std::vector<std::unique_ptr<held_bytes::item>> items;
    std::string lost;
};

}  // namespace

TEST_CASE("bytes are counted until their item is destroyed") {
    held_fixture fixture(1000, 1000);
    fixture.add("ann", "a", 100);
    fixture.add("bob", "b", 200);
    CHECK(fixture.held->total() == 300);
    fixture.items.erase(fixture.items.begin());
    CHECK(fixture.held->total() == 200);
    fixture.items.clear();
    CHECK(fixture.held->total() == 0);
    CHECK(fixture.lost.empty());
}

TEST_CASE("a principal at its bound loses its own oldest items") {
    held_fixture fixture(1000, 300);
    fixture.add("bob", "x", 100);
    for (const char* name : {"a", "b", "c", "d", "e"}) fixture.add("ann", name, 100);
    CHECK(fixture.lost == "ab");
    CHECK(fixture.held->total() == 400);
}

TEST_CASE("in total, the principal that holds the most makes room") {
    held_fixture fixture(500, 400);
    fixture.add("ann", "a", 50);
    for (const char* name : {"b", "c", "d", "e"}) fixture.add("bob", name, 100);
    CHECK(fixture.lost.empty());
    fixture.add("cid", "f", 150);
    CHECK(fixture.lost == "b");
    CHECK(fixture.held->total() == 500);
}

TEST_CASE("an item that grows stays, however large it is") {
    held_fixture fixture(1000, 300);
    fixture.add("ann", "a", 100);
    fixture.add("ann", "b", 100);
    held_bytes::dropped removed;
    fixture.items[0]->resize(5000, removed);
    for (const auto& drop : removed) drop();
    CHECK(fixture.lost == "b");
    CHECK(fixture.held->total() == 5000);
    fixture.add("ann", "c", 100);
    CHECK(fixture.lost == "ba");
    CHECK(fixture.held->total() == 100);
    fixture.items[0]->resize(200, removed);  // it was dropped
    CHECK(fixture.held->total() == 100);
}

TEST_CASE("what cannot be dropped is refused above a bound") {
    held_fixture fixture(1000, 300);
    const auto first = fixture.held->try_add("ann", 300);
    REQUIRE(first);
    CHECK_FALSE(fixture.held->try_add("ann", 1));
    auto second = fixture.held->try_add("bob", 300), third = fixture.held->try_add("cid", 300);
    CHECK(third);
    CHECK_FALSE(fixture.held->try_add("dan", 200));
    second.reset();
    CHECK(fixture.held->try_add("dan", 200));
    CHECK(fixture.held->total() == 600);
}

TEST_CASE("an item may outlive the table") {
    auto fixture = std::make_unique<held_fixture>(1000, 300);
    fixture->add("ann", "a", 100);
    const auto item = std::move(fixture->items.front());
    fixture.reset();
    held_bytes::dropped removed;
    item->resize(200, removed);
    CHECK(removed.empty());
}

TEST_CASE("bytes can be held and released by many threads at once") {
    const auto held = std::make_shared<held_bytes>(50'000, 10'000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&held, owner = std::to_string(i % 2)] {
            std::vector<std::unique_ptr<held_bytes::item>> items;
            for (std::size_t n = 0; n < 2000; ++n) {
                held_bytes::dropped removed;
                items.push_back(held->add(
                    owner, 100 + n, [] {}, removed));
                if (n % 3 == 0) items[n / 2]->resize(n, removed);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(held->total() == 0);
}
