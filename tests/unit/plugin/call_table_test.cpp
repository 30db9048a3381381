#include "plugin/call_table.hpp"

#include <set>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

using table = plugin::call_table<int>;

struct calls_fixture {
    asio::io_context owner{1};
    table::entry make() { return std::make_shared<plugin::in_flight<int>>(owner.get_executor()); }
    table::entry added_to(table& to) {
        auto made = make();
        to.add(made);
        return made;
    }
};

}  // namespace

TEST_CASE("a call can be taken once") {
    calls_fixture fixture;
    table calls(1);
    const auto one = fixture.added_to(calls);
    CHECK(one->id() != 0);
    CHECK(calls.find(one->id()).operator->() == one.get());
    CHECK(calls.take(one->id()).operator->() == one.get());
    CHECK_FALSE(calls.take(one->id()));
    CHECK_FALSE(calls.find(one->id()));
}

TEST_CASE("an invented number finds nothing") {
    calls_fixture fixture;
    table calls(7);
    const auto one = fixture.added_to(calls);
    for (const std::uint64_t id : {std::uint64_t{0},
                                   std::uint64_t{1},
                                   one->id() + 1,
                                   one->id() - 1,
                                   ~one->id(),
                                   ~std::uint64_t{0},
                                   one->id() ^ (std::uint64_t{1} << 40)}) {
        CHECK_FALSE(calls.take(id));
        CHECK_FALSE(calls.find(id));
    }
    CHECK(calls.size() == 1);
}

// CONTRACT.md, H4.
TEST_CASE("no number is used twice, in one table or in two") {
    calls_fixture fixture;
    std::set<std::uint64_t> given;
    for (const std::uint32_t instance : {1u, 2u, 3u, 0xFFFFFFu}) {
        table calls(instance);
        for (int i = 0; i < 1000; ++i) {
            const auto one = fixture.added_to(calls);
            CHECK(one->id() != 0);
            given.insert(one->id());
            calls.take(one->id());
        }
    }
    CHECK(given.size() == 4000);
}

TEST_CASE("one of several threads that take the same call gets it") {
    calls_fixture fixture;
    table calls(1);
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 500; ++i) ids.push_back(fixture.added_to(calls)->id());
    std::atomic<int> taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (const auto id : ids) taken += static_cast<bool>(calls.take(id));
        });
    for (auto& thread : threads) thread.join();
    CHECK(taken == 500);
    CHECK(calls.size() == 0);
}

TEST_CASE("wait_until_empty returns after the last call, or on timeout") {
    calls_fixture fixture;
    table calls(1);
    CHECK(calls.wait_until_empty(std::chrono::steady_clock::now()));
    const auto one = fixture.added_to(calls), other = fixture.added_to(calls);
    CHECK_FALSE(calls.wait_until_empty(std::chrono::steady_clock::now() + 5ms));
    std::thread plugin([&] {
        calls.take(one->id());
        calls.take(other->id());
    });
    CHECK(calls.wait_until_empty(std::chrono::steady_clock::now() + 1min));
    plugin.join();
}

TEST_CASE("a table is not empty while a reference to a call exists, found or taken") {
    calls_fixture fixture;
    table calls(1);
    const auto id = fixture.added_to(calls)->id();
    {
        const auto found = calls.find(id);
        {
            const auto taken = calls.take(id);
            CHECK(calls.size() == 0);
        }
        CHECK_FALSE(calls.wait_until_empty(std::chrono::steady_clock::now() + 5ms));
    }
    CHECK(calls.wait_until_empty(std::chrono::steady_clock::now()));
}
