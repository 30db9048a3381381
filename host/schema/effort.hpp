// What one check may still cost. Counted in steps, not in time, so that a value is accepted or
// refused alike on a quick machine and on a busy one.
#pragma once

#include <cstdint>

namespace toolrack::schema {

// Thrown from any depth of a check, where `false` would be turned around by `not`; caught once in
// `compiled::check`. Rare, and the end of the check.
struct too_expensive {
    const char* what;
};

class effort {
public:
    explicit effort(std::uint64_t steps) : left_(steps) {}

    bool try_spend(std::uint64_t steps) {
        if (steps > left_) return false;
        left_ -= steps;
        return true;
    }

    void spend(std::uint64_t steps) {
        if (!try_spend(steps)) throw too_expensive{"too expensive to check, expected a smaller or simpler value"};
    }

private:
    std::uint64_t left_;
};

}  // namespace toolrack::schema
