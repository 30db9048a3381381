// An allowance: so many at once, and then one each so often, for what strangers cause and a disk must not be
// the victim of. What it does not allow is counted. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace toolrack::audit {

class allowance {
public:
    using clock = std::chrono::steady_clock;

    allowance(int most, clock::duration every) : most_(most), every_(every), left_(most) {}

    // How many were not allowed since the last that was; nothing when this one is not.
    std::optional<std::uint64_t> take(clock::time_point now = clock::now()) {
        const std::lock_guard lock(mutex_);
        if (now - since_ >= every_) {
            const auto earned = (now - since_) / every_;
            left_ = earned >= most_ - left_ ? most_ : left_ + static_cast<int>(earned);
            since_ += earned * every_;
        }
        if (left_ == 0) {
            ++refused_;
            return std::nullopt;
        }
        --left_;
        const auto refused = refused_;
        refused_ = 0;
        return refused;
    }

private:
    const int most_;
    const clock::duration every_;
    std::mutex mutex_;
    int left_;
    clock::time_point since_ = clock::now();
    std::uint64_t refused_ = 0;
};

}  // namespace toolrack::audit
