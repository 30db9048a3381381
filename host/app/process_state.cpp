#include "app/process_state.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/plugin_discovery.hpp"
#include "base/key_file.hpp"
#include "plugin/process/probe.hpp"

namespace toolrack::app {
namespace {

// systemd's state directory, else the user's. Empty when neither is set or it cannot be created.
std::filesystem::path find_state_directory() {
    std::filesystem::path directory;
    if (const char* given = std::getenv("STATE_DIRECTORY")) directory = given;
    else if (const char* state = std::getenv("XDG_STATE_HOME")) directory = std::filesystem::path(state) / "toolrack";
    else if (const char* home = std::getenv("HOME")) directory = std::filesystem::path(home) / ".local/state/toolrack";
    if (directory.empty() || !directory.is_absolute()) return {};
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    return error ? std::filesystem::path() : directory;
}

secret load_or_make_key_in(const std::filesystem::path& directory,
                           const char* file,
                           std::string_view consequence,
                           toolrack::log& log) {
    if (!directory.empty()) return load_or_make_key(directory / file);
    log.warning("there is no state directory, so {} a restart; set STATE_DIRECTORY", consequence);
    return random_key();
}

// The configured keys, which replicas share, or else a key in the state directory: what clients hold stays valid across
// a restart.
std::vector<secret>
seal_keys(const config::settings& settings, const std::filesystem::path& state, toolrack::log& log) {
    std::vector<secret> keys;
    for (const auto& one : settings.server.seal_keys) keys.push_back(one.copy());
    if (keys.empty())
        keys.push_back(load_or_make_key_in(state, "seal.key", "requests that wait for input do not survive", log));
    return keys;
}

// One principal may have a quarter. 0 means a quarter of the machine's memory.
std::shared_ptr<mcp::held_bytes> make_held_bytes(std::size_t most) {
    const auto pages = ::sysconf(_SC_PHYS_PAGES), page_size = ::sysconf(_SC_PAGESIZE);
    constexpr std::size_t assumed = 1024 * 1024 * 1024;  // when the system does not say
    const auto machine =
        pages > 0 && page_size > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page_size) : assumed;
    if (most == 0) most = machine / 4;
    return std::make_shared<mcp::held_bytes>(most, most / 4);
}

}  // namespace

process_state::process_state(const config::settings& settings, toolrack::log& to)
    : log(to), state(find_state_directory()), token(take_from_environment(settings.auth.variable.c_str())),
      worker_program(find_worker_program()), libraries(plugin::probe_in_worker(worker_program, to), to),
      seal(seal_keys(settings, state, to)), held(make_held_bytes(settings.server.memory)),
      sessions(settings.server.sessions, settings.server.session_idle, clock, held) {}

secret process_state::load_or_make_key(const char* file, std::string_view consequence) const {
    return load_or_make_key_in(state, file, consequence, log);
}

void process_state::use_cgroups() {
    auto delegated = cgroup_tree::of_this_process();
    if (!delegated) {
        log.debug("plugins have no cgroups of their own, because {}: their memory is limited for each process, and the "
                  "number of their processes is not limited",
                  delegated.error().why());
        return;
    }
    cgroups = std::move(*delegated);
    std::string missing = cgroups->limits_memory() ? "" : "memory";
    if (!cgroups->limits_tasks()) missing += missing.empty() ? "pids" : " and pids";
    if (missing.empty()) log.debug("each plugin has its own cgroup, with limits for all its processes together");
    else
        log.debug("each plugin has its own cgroup, with fewer limits: the cgroup of this server has no controller {}",
                  missing);
}

void process_state::release_io_state() {
    tasks.forget_all();
    notifier.forget_all();
    sessions.forget_all();
}

}  // namespace toolrack::app
