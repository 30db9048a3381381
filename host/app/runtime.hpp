// The runtime: what runs beneath the transports. The process state, the generation that is current, and what keeps it so.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "app/drop_ins.hpp"
#include "app/generation.hpp"
#include "app/process_state.hpp"
#include "app/reloader.hpp"
#include "app/safety.hpp"
#include "base/log.hpp"
#include "config/config.hpp"

namespace toolrack::app {

inline constexpr auto between_looks = std::chrono::milliseconds(500);  // at files that are replaced while we run

struct runtime {
    // Reads the configuration and makes the first generation. Throws failure.
    runtime(const std::filesystem::path& file,
         const start_options& options,
         toolrack::log& log,
         app::reloader::watcher watcher = {});
    // Plugins may still say that something changed while they are taken down, so they go first.
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    // Now and then, on one thread.
    void look_into_folders();

    // Whoever waits for a plugin goes on without its answer. How many there were.
    std::size_t cut_off();

    // When the I/O threads have stopped, and before they are gone. Does not return when a plugin keeps a thread.
    void take_down();

    // As they were at the start; those of now are the current generation's.
    const std::shared_ptr<const config::settings> settings;
    app::process_state process_state;
    current_generation current;
    drop_ins dropped;  // looked at before the first generation is made, so that nothing slips between
    app::reloader reloader;

private:
    void connect();
};

}  // namespace toolrack::app
