#include "app/process_state.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/mounts.hpp"
#include "base/key_file.hpp"

namespace toolrack::app {
namespace {

// Where this server keeps what it made for itself: systemd's folder, else the user's. Empty when there is
// none to be had.
std::filesystem::path state_folder() {
    std::filesystem::path folder;
    if (const char* given = std::getenv("STATE_DIRECTORY")) folder = given;
    else if (const char* state = std::getenv("XDG_STATE_HOME")) folder = std::filesystem::path(state) / "toolrack";
    else if (const char* home = std::getenv("HOME")) folder = std::filesystem::path(home) / ".local/state/toolrack";
    if (folder.empty() || !folder.is_absolute()) return {};
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    return error ? std::filesystem::path() : folder;
}

secret kept_key(const std::filesystem::path& folder, const char* file, std::string_view at_stake, toolrack::log& log) {
    if (!folder.empty()) return load_or_make_key(folder / file);
    log.warning("there is no state directory, so {} a restart; set STATE_DIRECTORY", at_stake);
    return random_key();
}

// Those that replicas share, when the configuration names any. Else one that is kept, so that what a client
// holds from before a restart still opens after it.
std::vector<secret> seal_keys(const config::settings& settings, const std::filesystem::path& state,
                              toolrack::log& log) {
    std::vector<secret> keys;
    for (const auto& one : settings.server.seal_keys) keys.push_back(one.copy());
    if (keys.empty()) keys.push_back(kept_key(state, "seal.key", "requests that wait for input do not survive", log));
    return keys;
}

}  // namespace

process_state::process_state(const config::settings& settings, toolrack::log& to)
    : log(to), state(state_folder()), token(take_from_environment(settings.auth.variable.c_str())),
      worker(find_worker()),
      libraries(worker, to),
      states(seal_keys(settings, state, to)), sessions(settings.server.sessions, settings.server.session_idle, clock) {}

secret process_state::own_key(const char* file, std::string_view at_stake) const { return kept_key(state, file, at_stake, log); }

void process_state::take_groups() {
    auto taken = cgroup_tree::of_this_process();
    if (!taken) {
        log.debug("the memory of a plugin is limited process by process, and how many processes one that may have some "
                  "has is not, because {}", taken.error().why());
        return;
    }
    groups = std::move(*taken);
    std::string missing = groups->limits_memory() ? "" : "memory";
    if (!groups->limits_tasks()) missing += missing.empty() ? "pids" : " and pids";
    log.debug("each plugin has a cgroup of its own, {}{}",
              missing.empty() ? "with limits for all its processes together"
                              : "which limits less than it could: the cgroup that was left to this server lacks ",
              missing);
}

void process_state::let_go() {
    tasks.forget_all();
    notifier.forget_all();
    sessions.forget_all();
}

}  // namespace toolrack::app
