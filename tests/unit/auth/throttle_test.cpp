#include "auth/throttle.hpp"

#include <cstring>
#include <string>

#include "bytes_in_use.hpp"
#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

constexpr auto zero = auth::bucket::duration::zero();
const auth::bucket::time start{1h};

identity::source numbered(std::uint64_t number) {
    identity::source made;
    std::memcpy(made.bytes.data(), &number, sizeof number);
    return made;
}

}  // namespace

TEST_CASE("a minute's worth of wrong tokens is told so, and the next is told to wait") {
    auth::throttle throttle;
    const auto fail = [&](auto now) { return throttle.failed(numbered(1), "", 30, now); };
    for (int i = 0; i < 30; ++i) CHECK(fail(start) == zero);
    const auto wait = fail(start);
    CHECK(wait == 2s);
    CHECK(fail(start + wait - 1ns) > zero);
    CHECK(fail(start + wait) == zero);
    CHECK(fail(start + wait) > zero);
}

TEST_CASE("another source is not told to wait") {
    auth::throttle throttle;
    for (int i = 0; i < 100; ++i) (void)throttle.failed(numbered(1), "", 10, start);
    CHECK(throttle.failed(numbered(1), "", 10, start) > zero);
    CHECK(throttle.failed(numbered(2), "", 10, start) == zero);
}

TEST_CASE("guesses at one token are counted wherever they come from") {
    auth::throttle throttle;
    for (std::uint64_t i = 0; i < 10; ++i) CHECK(throttle.failed(numbered(i), "9fK2mQx7Lr0B", 10, start) == zero);
    CHECK(throttle.failed(numbered(77), "9fK2mQx7Lr0B", 10, start) > zero);
    CHECK(throttle.failed(std::nullopt, "9fK2mQx7Lr0B", 10, start) > zero);
    CHECK(throttle.failed(numbered(77), "other", 10, start) == zero);
}

TEST_CASE("an attempt that is told to wait costs neither its source nor its token") {
    auth::throttle throttle;
    for (int i = 0; i < 10; ++i) (void)throttle.failed(std::nullopt, "one", 10, start);
    for (int i = 0; i < 100; ++i) CHECK(throttle.failed(numbered(1), "one", 10, start) > zero);
    for (int i = 0; i < 10; ++i) CHECK(throttle.failed(numbered(1), "", 10, start) == zero);
}

TEST_CASE("where many may stand behind one address, and no token is named, nobody is told to wait") {
    auth::throttle throttle;
    for (int i = 0; i < 1000; ++i) CHECK(throttle.failed(std::nullopt, "", 1, start) == zero);
}

TEST_CASE("a million sources and as many ids take the same memory as one, and the newest are remembered") {
    auth::throttle throttle;
    (void)throttle.failed(numbered(0), "", 1, start);
    const auto before = test::bytes_in_use();
    for (std::uint64_t i = 1; i <= 500'000; ++i) (void)throttle.failed(numbered(i), "i" + std::to_string(i), 1, start);
    CHECK(test::bytes_in_use() <= before);
    CHECK(throttle.failed(numbered(500'000), "", 1, start) > zero);
    CHECK(throttle.failed(numbered(0), "", 1, start) == zero);
}
