#include "audit/rate_limiter.hpp"

#include "catch.hpp"

using toolrack::audit::rate_limiter;
using namespace std::chrono_literals;

TEST_CASE("a rate limiter allows a burst and then a constant rate, and counts the rest") {
    rate_limiter one(3, 1s);
    const auto begin = rate_limiter::clock::now();
    for (int i = 0; i < 3; ++i) CHECK(one.take(begin) == std::optional<std::uint64_t>(0));
    for (int i = 0; i < 5; ++i) CHECK_FALSE(one.take(begin));
    CHECK(one.take(begin + 1500ms) == std::optional<std::uint64_t>(5));
    CHECK_FALSE(one.take(begin + 1600ms));
    CHECK(one.take(begin + 2600ms) == std::optional<std::uint64_t>(1));
}

TEST_CASE("an idle rate limiter refills to its burst and not above") {
    rate_limiter one(2, 1s);
    const auto begin = rate_limiter::clock::now();
    CHECK(one.take(begin));
    CHECK(one.take(begin));
    const auto years_later = begin + 24h * 3650;
    CHECK(one.take(years_later));
    CHECK(one.take(years_later));
    CHECK_FALSE(one.take(years_later));
}
