#include "auth/usage_table.hpp"

#include <string>
#include <thread>
#include <vector>

#include "bytes_in_use.hpp"
#include "catch.hpp"
#include "throttle_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::numbered;
using test::start;

TEST_CASE("a limited counter stops at its limit") {
    auth::limited_counter count;
    CHECK(count.add(2));
    CHECK(count.add(2));
    CHECK_FALSE(count.add(2));
    CHECK(count.count() == 2);
    count.remove();
    CHECK(count.add(2));
    CHECK_FALSE(count.add(1));  // the limit is lower now
}

TEST_CASE("a limited counter never exceeds its limit with several threads") {
    auth::limited_counter count;
    std::atomic<int> accepted = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) accepted += count.add(100);
        });
    for (auto& one : all) one.join();
    CHECK(accepted == 100);
    CHECK(count.count() == 100);
}

TEST_CASE("each principal and each source has one set of counters") {
    auth::usage_table all;
    const auto ann = all.of("token-file", "ann", start);
    CHECK(all.of("token-file", "ann", start) == ann);
    CHECK(all.of("token-file", "bob", start) != ann);
    CHECK(all.of("env-token", "ann", start) != ann);
    CHECK(all.of("token-filea", "nn", start) != ann);
    CHECK(all.of(numbered(1), start) == all.of(numbered(1), start));
    CHECK(all.of(numbered(1), start) != all.of(numbered(2), start));
    CHECK(all.size() == 6);
}

TEST_CASE("counters with a bucket that is not full are kept, although nobody holds them") {
    auth::usage_table all;
    const auth::bucket::size one_a_minute{1min, 1min};
    CHECK(all.of("x", "ann", start)->rate.take(one_a_minute, start) == 0ns);
    for (int i = 0; i < 10'000; ++i) all.of("x", std::to_string(i), start);
    CHECK(all.of("x", "ann", start)->rate.take(one_a_minute, start) > 0ns);
    CHECK(all.size() < 3000);
}

TEST_CASE("a million sources take no more memory than the limit of the table") {
    auth::usage_table all(10'000);
    const auth::bucket::size one_a_minute{1min, 1min};
    const auto held = all.of("x", "held", start);
    held->calls.add(1);
    const auto fill = [&](std::uint64_t from, std::uint64_t to) {
        for (; from < to; ++from) all.of(numbered(from), start)->rate.take(one_a_minute, start);
    };
    fill(0, 100'000);
    const auto before = test::bytes_in_use();
    fill(100'000, 1'000'000);
    CHECK(test::bytes_in_use() < before + 4'000'000);
    CHECK(all.size() <= 10'000);
    CHECK(all.of("x", "held", start) == held);
}
