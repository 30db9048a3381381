// A lane: the few threads on which one instance works, and the short queue before them.
//
// Each instance has its own, so a slow tool starves nobody but itself. A full lane refuses; it never
// grows. Threads start when there is work for them. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace toolrack::plugin {

class lane {
public:
    lane(std::string name, std::size_t threads, std::size_t queue);
    // Work that has not begun is forgotten; threads that are in the plugin are left to themselves.
    ~lane();
    lane(const lane&) = delete;
    lane& operator=(const lane&) = delete;

    // False when the lane is full. `work` must not throw.
    bool give(std::function<void()> work);

    // Takes no more work and waits for its threads to come back, but not past `grace`. How many did not.
    std::size_t close(std::chrono::milliseconds grace);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace toolrack::plugin
