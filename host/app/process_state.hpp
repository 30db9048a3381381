// The process state: everything that outlives a generation and ends with the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "app/config_load_status.hpp"
#include "auth/open_streams.hpp"
#include "auth/remembered_grants.hpp"
#include "auth/throttle.hpp"
#include "auth/usage_table.hpp"
#include "base/cgroup.hpp"
#include "base/child.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/seal.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/notifier.hpp"
#include "mcp/sessions.hpp"
#include "metrics/registry.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

namespace toolrack::app {

struct process_state {
    process_state(const config::settings& settings, toolrack::log& to);

    // Creates a cgroup for each worker from now on, if a cgroup was delegated to this process. Logs when none was.
    void use_cgroups();
    // Releases the state that belongs to I/O threads. Call it after they have stopped and before they are destroyed.
    void release_io_state();

    // A key in the state directory, created on the first call. Without a state directory the key is random, and a
    // warning says that `consequence` a restart: "sealed requests do not survive".
    secret load_or_make_key(const char* file, std::string_view consequence) const;

    toolrack::log& log;
    toolrack::clock clock;
    const std::filesystem::path state;     // the state directory; empty: there is none
    secret token;                          // of env-token; taken from the environment before any library is loaded
    program worker_program;                // opened once, so that an upgrade on disk does not mix versions
    std::unique_ptr<cgroup_tree> cgroups;  // null: none was delegated, or use_cgroups() was not called
    plugin::library_cache libraries;
    plugin::events changes;  // set before any plugin is loaded; all of them use it
    toolrack::seal seal;
    const std::shared_ptr<mcp::held_bytes> held;
    mcp::sessions sessions;
    mcp::notifier notifier{sessions, held};
    mcp::tasks tasks{clock, held};
    auth::open_streams open_streams;
    auth::remembered_grants remembered_grants;
    metrics::registry registry;
    auth::usage_table usage_table{20'000, &registry.requests};
    auth::throttle throttle;
    std::atomic<std::uint64_t> generations = 0;  // the number of the newest one
    config_load_status last_load;
};

}  // namespace toolrack::app
