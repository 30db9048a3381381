#include "auth/bucket.hpp"

#include <thread>
#include <vector>

#include "catch.hpp"
#include "throttle_fixture.hpp"

using toolrack::auth::bucket;
using toolrack::test::start;
using toolrack::test::zero;
using namespace std::chrono_literals;

namespace {

constexpr bucket::size ten_a_second{100ms, 1s};

int taken(bucket& from, const bucket::size& size, bucket::time now, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += from.take(size, now) == zero;
    return count;
}

}  // namespace

TEST_CASE("a full bucket allows a burst, and then one token in each interval") {
    bucket tokens;
    CHECK(taken(tokens, ten_a_second, start, 100) == 10);
    CHECK(taken(tokens, ten_a_second, start + 99ms, 100) == 0);
    CHECK(taken(tokens, ten_a_second, start + 100ms, 100) == 1);
    CHECK(taken(tokens, ten_a_second, start + 450ms, 100) == 3);
    CHECK(taken(tokens, ten_a_second, start + 1h, 100) == 10);
}

TEST_CASE("the returned wait is exact to the nanosecond") {
    bucket tokens;
    taken(tokens, ten_a_second, start, 10);
    const auto now = start + 30ms;
    const auto wait = tokens.take(ten_a_second, now);
    CHECK(wait == 70ms);
    CHECK(tokens.wait(ten_a_second, now) == wait);
    CHECK(tokens.take(ten_a_second, now + wait - 1ns) == 1ns);
    CHECK(tokens.take(ten_a_second, now + wait) == zero);
}

TEST_CASE("refused attempts do not lengthen the wait") {
    bucket tokens;
    CHECK(taken(tokens, ten_a_second, start, 1'000'000) == 10);
    CHECK(tokens.take(ten_a_second, start + 100ms) == zero);
}

TEST_CASE("asking for the wait takes nothing, and a token that is put back can be taken") {
    bucket tokens;
    for (int i = 0; i < 100; ++i) CHECK(tokens.wait(ten_a_second, start) == zero);
    CHECK(taken(tokens, ten_a_second, start, 100) == 10);
    tokens.put_back(ten_a_second);
    CHECK(taken(tokens, ten_a_second, start, 100) == 1);
}

TEST_CASE("a bucket that shrinks owes at most one empty bucket of the new size") {
    const bucket::size one_an_hour{1h, 100h};
    bucket tokens;
    CHECK(taken(tokens, one_an_hour, start, 1000) == 100);
    CHECK(tokens.take(ten_a_second, start) == 100ms);
    CHECK(tokens.take(ten_a_second, start + 100ms) == zero);
}

TEST_CASE("a bucket holds at least one token") {
    const bucket::size slow{2s, 2s};
    bucket tokens;
    CHECK(taken(tokens, slow, start, 10) == 1);
    CHECK(taken(tokens, slow, start + 2s, 10) == 1);
}

TEST_CASE("a bucket is full at the start, and again after its refill time") {
    bucket tokens;
    CHECK(tokens.is_full(start));
    taken(tokens, ten_a_second, start, 10);
    CHECK_FALSE(tokens.is_full(start + 999ms));
    CHECK(tokens.is_full(start + 1s));
}

TEST_CASE("concurrent threads take no more tokens than there are") {
    bucket tokens;
    std::atomic<int> count = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i) all.emplace_back([&] { count += taken(tokens, {1us, 10ms}, start, 10'000); });
    for (auto& one : all) one.join();
    CHECK(count == 10'000);
}
