// The process state: what lives as long as the process, whatever the configuration becomes meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "auth/account.hpp"
#include "auth/throttle.hpp"
#include "auth/open_streams.hpp"
#include "base/cgroup.hpp"
#include "base/child.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/seal.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "mcp/notifier.hpp"
#include "metrics/figures.hpp"
#include "mcp/server.hpp"
#include "mcp/sessions.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

namespace toolrack::app {

// What became of the configuration when it was last read. Thread-safe.
class reading {
public:
    struct outcome {
        std::chrono::system_clock::time_point taken_over = std::chrono::system_clock::now();  // the last one that was
        std::string refused = {};  // why the one after that was not; empty: there was none
    };
    void was_taken_over() {
        const std::lock_guard lock(mutex_);
        last_ = {};
    }
    void was_refused(std::string why) {
        const std::lock_guard lock(mutex_);
        last_.refused = std::move(why);
    }
    outcome last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

private:
    mutable std::mutex mutex_;
    outcome last_;
};

struct process_state {
    process_state(const config::settings& settings, toolrack::log& to);

    // Has workers in cgroups of their own from now on, where these are left to us, and says so where they are not.
    void take_groups();
    // Lets go of what belongs to I/O threads, once these have stopped and before they are gone.
    void let_go();

    // A key of this server's own, which outlives it. What does not outlive it for want of a state directory is
    // said in the log in the words of `at_stake`.
    secret own_key(const char* file, std::string_view at_stake) const;

    toolrack::log& log;
    toolrack::clock clock;
    const std::filesystem::path state;  // the folder where this server keeps what it made for itself; empty: none
    secret token;  // env-token's, taken from the environment before any library is loaded
    program worker;  // the same one as long as this process lives, whatever is installed meanwhile
    std::unique_ptr<cgroup_tree> groups;  // null: none were left to us, or this process is to leave no trace
    plugin::libraries libraries;
    plugin::changes changes;  // set before any plugin is loaded; read by all of them
    seal states;
    mcp::sessions sessions;
    mcp::notifier notifier{sessions};
    mcp::tasks tasks{clock};
    auth::open_streams open_streams;
    metrics::figures figures;
    auth::accounts accounts{20'000, &figures.requests};
    auth::throttle throttle;
    std::atomic<std::uint64_t> generations = 0;  // how many there were
    reading last_reading;
};

}  // namespace toolrack::app
