// The end of a server: in order, unless somebody is in a hurry or a plugin does not let go.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <thread>

#include "app/hub.hpp"
#include "app/pulse.hpp"
#include "app/rack.hpp"
#include "app/signals.hpp"
#include "http/listener.hpp"

namespace toolrack::app {

// How long plugins have, when nobody asks them any more.
inline constexpr auto plugin_grace = std::chrono::seconds(5);

// Ends the process without destructors: a plugin that keeps a thread keeps everything that the thread may
// touch.
[[noreturn]] void leave_as_it_is(hub& hub);

// From the first wish to stop on, for as long as this lives, a second one ends the process at once,
// whatever that is waiting for.
class impatience {
public:
    impatience(const signals& signals, hub& hub);
    ~impatience();
    impatience(const impatience&) = delete;
    impatience& operator=(const impatience&) = delete;

private:
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

// Lets every request that was begun end as it would have, and nobody begin another; returns when all have ended.
// What has not when `limit` is over is cut off, and told so. Of the main thread.
void drain(std::span<const std::unique_ptr<http::listener>> listeners,
           std::chrono::milliseconds limit,
           rack& rack,
           pulse& pulse);

}  // namespace toolrack::app
