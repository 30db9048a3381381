// The generation that new requests use. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "app/generation.hpp"
#include "base/mutex.hpp"

namespace toolrack::app {

class current_generation {
public:
    // Null before the first set().
    std::shared_ptr<const generation> get() const {
        const lock_guard lock(mutex_);
        return current_;
    }
    // The previous one is released outside of the lock: that may destroy it.
    void set(std::shared_ptr<const generation> next) {
        const auto now = next;
        {
            const lock_guard lock(mutex_);
            current_.swap(next);
        }
        if (now && on_change_) on_change_(*now);
    }
    // Called after each change. Set it before the first set().
    void on_change(std::function<void(const generation&)> callback) { on_change_ = std::move(callback); }

private:
    mutable mutex mutex_;
    std::shared_ptr<const generation> current_ TOOLRACK_GUARDED_BY(mutex_);
    std::function<void(const generation&)> on_change_;
};

}  // namespace toolrack::app
