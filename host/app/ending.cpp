#include "app/ending.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"

namespace toolrack::app {
namespace {

using namespace std::chrono_literals;

}  // namespace

void leave_as_it_is(hub& hub) {
    hub.libraries.remove_files();
    std::_Exit(static_cast<int>(exit_code::ok));
}

impatience::impatience(const signals& signals, hub& hub)
    : thread_([this, &signals, &hub] {
          while (!is_over_)
              if (signals.next(50ms) == signals::wish::stop) leave_as_it_is(hub);
      }) {}

impatience::~impatience() {
    is_over_ = true;
    thread_.join();
}

void drain(std::span<const std::unique_ptr<http::listener>> listeners,
           std::chrono::milliseconds limit,
           rack& rack,
           pulse& pulse) {
    constexpr auto to_be_told = 1s;
    for (const auto& one : listeners) one->drain();
    rack.hub.announcer.end_all();
    const auto wait = [&](std::chrono::milliseconds most) {
        const auto is_drained = [](const auto& one) { return one->is_drained(); };
        const auto end = std::chrono::steady_clock::now() + most;
        while (!std::ranges::all_of(listeners, is_drained)) {
            if (std::chrono::steady_clock::now() >= end) return false;
            std::this_thread::sleep_for(10ms);
            pulse.feel();
        }
        return true;
    };
    if (wait(limit)) return;
    if (const auto given_up = rack.cut_off()) {
        rack.hub.log.warning("calls that did not end within server.drain and were given up: {}", given_up);
        wait(to_be_told);
    }
    // They are counted in one crowd.
    if (const auto left = listeners.front()->open_connections())
        rack.hub.log.warning("connections that did not end within server.drain and were cut off: {}", left);
}

}  // namespace toolrack::app
