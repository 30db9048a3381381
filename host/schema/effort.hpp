// The remaining budget of one check. Counted in steps and not in time, so that the result does not depend on the speed
// of the machine.
#pragma once

#include <cstdint>

namespace toolrack::schema {

// Thrown at any depth of a check, because `not` would invert a `false`. Caught in `compiled::check`.
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
