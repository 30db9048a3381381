// A lane: the bounded thread pool and queue of one instance.
//
// Each instance has its own, so a slow tool delays only its own plugin. A full lane refuses work; it never grows.
// Threads start on demand. Thread-safe.
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
    // Drops queued work and detaches threads that are inside the plugin.
    ~lane();
    lane(const lane&) = delete;
    lane& operator=(const lane&) = delete;

    // False when the lane is full or closed. `work` must not throw.
    bool try_post(std::function<void()> work);

    // Takes no more work, drops what is queued and waits for the threads, at most for `grace`. Returns how many threads
    // have not returned.
    std::size_t close(std::chrono::milliseconds grace);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace toolrack::plugin
