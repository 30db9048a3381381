#include "base/deadline.hpp"

#include <algorithm>
#include <utility>

namespace toolrack {

deadline::deadline(deadlines& owner, std::function<void()> passed) : owner_(owner), passed_(std::move(passed)) {}

deadline::~deadline() { disarm(); }

void deadline::arm(std::chrono::milliseconds after) {
    disarm();
    when_ = std::chrono::steady_clock::now() + after;
    owner_.by_duration_[after].push_back(*this);
    owner_.added(when_);
}

std::chrono::milliseconds deadline::left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when_ - std::chrono::steady_clock::now());
}

void deadline::disarm() noexcept { unlink(); }

deadlines::deadlines(executor on) : timer_(on) {}

deadlines::~deadlines() {
    for (auto& [duration, list] : by_duration_) list.clear();
}

void deadlines::added(std::chrono::steady_clock::time_point when) {
    if (when < asleep_until_) sleep_until(when);
}

void deadlines::sleep_until(std::chrono::steady_clock::time_point when) {
    asleep_until_ = when;
    timer_.expires_at(when);
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped) wake();
    });
}

void deadlines::wake() {
    const auto now = std::chrono::steady_clock::now();
    asleep_until_ = std::chrono::steady_clock::time_point::max();

    // A callback may arm deadlines of the same duration, so the expired ones are taken out first.
    waiting passed;
    auto next = asleep_until_;
    for (auto& [duration, list] : by_duration_) {
        while (!list.empty() && list.front().when_ <= now) {
            auto& first = list.front();
            list.pop_front();
            passed.push_back(first);
        }
        if (!list.empty()) next = std::min(next, list.front().when_);
    }
    if (next < asleep_until_) sleep_until(next);

    while (!passed.empty()) {
        auto& first = passed.front();
        passed.pop_front();
        first.passed_();
    }
}

}  // namespace toolrack
