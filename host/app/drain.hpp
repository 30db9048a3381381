// Ends the requests of a server that stops.
#pragma once

#include <chrono>
#include <memory>
#include <span>

#include "app/process_state.hpp"
#include "app/runtime.hpp"
#include "http/listener.hpp"
#include "service/io_watchdog.hpp"

namespace toolrack::app {

// How long a plugin may take to return from its calls after nothing waits for them any more.
inline constexpr auto plugin_grace = std::chrono::seconds(5);

// Ends the process without running destructors. For a plugin that keeps a thread: that thread may still use anything.
[[noreturn]] void exit_without_cleanup(process_state& process_state);

// Closes the listeners to new requests and waits at most `limit` for the running ones; then aborts the rest, each with
// an error to its client. Call it from the main thread.
void drain(std::span<const std::unique_ptr<http::listener>> listeners,
           std::chrono::milliseconds limit,
           runtime& runtime,
           service::io_watchdog& io_watchdog);

}  // namespace toolrack::app
