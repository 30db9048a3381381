#include "auth/throttle.hpp"

#include <string>

#include "bytes_in_use.hpp"
#include "catch.hpp"
#include "throttle_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::numbered;
using test::start;
using test::zero;

TEST_CASE("after the bad tokens of one minute, the next one has to wait") {
    auth::throttle throttle;
    const auto fail = [&](auto now) { return throttle.record_failure(numbered(1), "", 30, now); };
    for (int i = 0; i < 30; ++i) CHECK(fail(start) == zero);
    const auto wait = fail(start);
    CHECK(wait == 2s);
    CHECK(fail(start + wait - 1ns) > zero);
    CHECK(fail(start + wait) == zero);
    CHECK(fail(start + wait) > zero);
}

TEST_CASE("other sources do not have to wait") {
    auth::throttle throttle;
    for (int i = 0; i < 100; ++i) (void)throttle.record_failure(numbered(1), "", 10, start);
    CHECK(throttle.record_failure(numbered(1), "", 10, start) > zero);
    CHECK(throttle.record_failure(numbered(2), "", 10, start) == zero);
}

TEST_CASE("failures with one token id are counted over all sources") {
    auth::throttle throttle;
    for (std::uint64_t i = 0; i < 10; ++i)
        CHECK(throttle.record_failure(numbered(i), "9fK2mQx7Lr0B", 10, start) == zero);
    CHECK(throttle.record_failure(numbered(77), "9fK2mQx7Lr0B", 10, start) > zero);
    CHECK(throttle.record_failure(std::nullopt, "9fK2mQx7Lr0B", 10, start) > zero);
    CHECK(throttle.record_failure(numbered(77), "other", 10, start) == zero);
}

TEST_CASE("an attempt that has to wait counts neither for its source nor for its token id") {
    auth::throttle throttle;
    for (int i = 0; i < 10; ++i) (void)throttle.record_failure(std::nullopt, "one", 10, start);
    for (int i = 0; i < 100; ++i) CHECK(throttle.record_failure(numbered(1), "one", 10, start) > zero);
    for (int i = 0; i < 10; ++i) CHECK(throttle.record_failure(numbered(1), "", 10, start) == zero);
}

TEST_CASE("without a source and a token id, no client has to wait") {
    auth::throttle throttle;
    for (int i = 0; i < 1000; ++i) CHECK(throttle.record_failure(std::nullopt, "", 1, start) == zero);
}

TEST_CASE("half a million sources and ids take the same memory as one, and the latest are kept") {
    auth::throttle throttle;
    (void)throttle.record_failure(numbered(0), "", 1, start);
    const auto before = test::bytes_in_use();
    for (std::uint64_t i = 1; i <= 500'000; ++i)
        (void)throttle.record_failure(numbered(i), "i" + std::to_string(i), 1, start);
    CHECK(test::bytes_in_use() <= before);
    CHECK(throttle.record_failure(numbered(500'000), "", 1, start) > zero);
    CHECK(throttle.record_failure(numbered(0), "", 1, start) == zero);
}
