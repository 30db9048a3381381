// What time it is, for rules about time: a real clock, and one that tests set.
//
// Wall time (since 1970) is for what people and tokens say; steady time is for waiting and lives in
// base/deadline.
#pragma once

#include <chrono>

namespace toolrack {

class clock {
public:
    virtual ~clock() = default;
    virtual std::chrono::system_clock::time_point now() const noexcept {
        return std::chrono::system_clock::now();
    }
};

}  // namespace toolrack
