// The runtime: what both transports share. The process state, the current generation, and the reloader that replaces
// it.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "app/current_generation.hpp"
#include "app/directory_watch.hpp"
#include "app/process_state.hpp"
#include "app/reloader.hpp"
#include "app/start_checks.hpp"
#include "base/log.hpp"
#include "config/config.hpp"

namespace toolrack::app {

inline constexpr auto file_poll_interval = std::chrono::milliseconds(500);  // plugin directories and certificates

struct runtime {
    // Reads the configuration and loads the first generation. Throws failure.
    runtime(const std::filesystem::path& file,
            const start_options& options,
            toolrack::log& log,
            app::reloader::observer observer = {});
    // Destroys the plugins first: they may still call into the process state while they end.
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    // Reloads when the plugin directories have changed. Call it from one thread.
    void check_plugin_directories();

    // Ends the waits for answers of plugins and clients. Returns the number of calls that waited.
    std::size_t interrupt_calls();

    // Call it after the I/O threads have stopped and before they are destroyed. Does not return when a plugin keeps a
    // thread.
    void shut_down();

    // Those of the start; the current ones are in the current generation.
    const std::shared_ptr<const config::settings> settings;
    app::process_state process_state;
    current_generation current;
    app::directory_watch directory_watch;  // scans before the first generation is loaded, so that it misses no change
    app::reloader reloader;

private:
    void connect_events();
};

}  // namespace toolrack::app
