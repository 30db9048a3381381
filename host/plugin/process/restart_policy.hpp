// The restart policy: when a worker that has ended is started again, and when it is given up on for now.
//
// At once, after a death that follows good work. Later and later after deaths that follow none: what dies
// before it has answered anything would do so again, and again, at the expense of all others. Then it sits on
// the bench, is tried once in a while, and has another chance as soon as it does well. Text in, text out.
#pragma once

#include <chrono>

namespace toolrack::plugin {

class restart_policy {
public:
    using time = std::chrono::steady_clock::time_point;
    using duration = std::chrono::milliseconds;

    static constexpr int most_in_vain = 5;  // lives, one after the other
    static constexpr duration on_the_bench = std::chrono::minutes(1);
    static constexpr auto a_good_life = std::chrono::minutes(1);  // even when nobody called

    void lives(time now) noexcept { since_ = now; }

    // How long to wait until the next life.
    duration after_death(time now, bool did_well) noexcept {
        if (did_well || now - since_ >= a_good_life) in_vain_ = 0;
        else ++in_vain_;
        if (is_suspended()) return on_the_bench;
        // 0, 0, 50, 100, 200 ms: whoever waits for an answer hardly notices.
        return in_vain_ < 2 ? duration(0) : duration(25 << (in_vain_ - 1));
    }
    bool is_suspended() const noexcept { return in_vain_ >= most_in_vain; }

private:
    int in_vain_ = 0;
    time since_{};
};

}  // namespace toolrack::plugin
