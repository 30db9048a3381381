// What time it is, for rules about time: a real clock, and one that tests set.
//
// Wall time (since 1970) is for what people and tokens say, and jumps when somebody sets it. Steady time is for
// how long something took or may take: idleness, paces, waiting (which base/deadline does).
#pragma once

#include <chrono>

namespace toolrack {

class clock {
public:
    virtual ~clock() = default;
    virtual std::chrono::system_clock::time_point now() const noexcept {
        return std::chrono::system_clock::now();
    }
    virtual std::chrono::steady_clock::time_point steady() const noexcept {
        return std::chrono::steady_clock::now();
    }
};

}  // namespace toolrack
