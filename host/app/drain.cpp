#include "app/drain.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/error.hpp"

namespace toolrack::app {

using namespace std::chrono_literals;

void exit_without_cleanup(process_state& process_state) {
    process_state.libraries.remove_files();
    std::_Exit(static_cast<int>(exit_code::ok));
}

void drain(std::span<const std::unique_ptr<http::listener>> listeners,
           std::chrono::milliseconds limit,
           runtime& runtime,
           service::io_watchdog& io_watchdog) {
    constexpr auto time_to_send_errors = 1s;
    for (const auto& one : listeners) one->drain();
    runtime.process_state.notifier.end_all();
    const auto wait = [&](std::chrono::milliseconds most) {
        const auto is_drained = [](const auto& one) { return one->is_drained(); };
        const auto end = std::chrono::steady_clock::now() + most;
        while (!std::ranges::all_of(listeners, is_drained)) {
            if (std::chrono::steady_clock::now() >= end) return false;
            std::this_thread::sleep_for(10ms);
            io_watchdog.check();
        }
        return true;
    };
    if (wait(limit)) return;
    if (const auto aborted = runtime.interrupt_calls()) {
        runtime.process_state.log.warning("calls aborted because they did not end within server.drain: {}", aborted);
        wait(time_to_send_errors);
    }
    // All listeners count their connections in one limiter.
    if (const auto left = listeners.front()->open_connections())
        runtime.process_state.log.warning("connections closed because they did not end within server.drain: {}", left);
}

}  // namespace toolrack::app
