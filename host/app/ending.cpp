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
           hub& hub,
           pulse& pulse) {
    for (const auto& one : listeners) one->drain();
    hub.announcer.end_all();
    const auto end = std::chrono::steady_clock::now() + limit;
    const auto is_drained = [&] {
        return std::ranges::all_of(listeners, [](const auto& one) { return one->is_drained(); });
    };
    while (!is_drained() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(10ms);
        pulse.feel();
    }
    // They are counted in one crowd.
    if (const auto left = listeners.front()->open_connections())
        hub.log.warning("{} connections were cut off, because they did not end within server.drain", left);
}

}  // namespace toolrack::app
