// What an operator says with a signal.
//
// Signals are blocked in the thread that makes this and so in every thread that is started from then
// on: whoever waits for them is told in order, and no handler runs anywhere.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace toolrack::service {

class signals {
public:
    enum class wish { stop, read_again };

    signals();

    // Nothing when there was none within `limit`. Thread-safe.
    std::optional<wish> next(std::chrono::milliseconds limit) const;
    wish next() const;

private:
    sigset_t set_;
};

}  // namespace toolrack::service
