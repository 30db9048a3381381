// Sources and times for the tests of limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>

#include "auth/bucket.hpp"
#include "identity/source.hpp"

namespace toolrack::test {

constexpr auto zero = auth::bucket::duration::zero();
const auth::bucket::time start{std::chrono::hours(1)};

inline identity::source numbered(std::uint64_t number) {
    identity::source made;
    std::memcpy(made.bytes.data(), &number, sizeof number);
    return made;
}

}  // namespace toolrack::test
