// The hub: what lives as long as the process, whatever the configuration becomes meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "auth/account.hpp"
#include "auth/throttle.hpp"
#include "auth/visits.hpp"
#include "base/child.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/seal.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "mcp/announcer.hpp"
#include "mcp/server.hpp"
#include "mcp/sessions.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

namespace toolrack::app {

struct hub {
    hub(const config::settings& settings, toolrack::log& to);

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
    plugin::libraries libraries;
    plugin::changes changes;  // set before any plugin is loaded; read by all of them
    seal states;
    mcp::sessions sessions;
    mcp::announcer announcer{sessions};
    mcp::tasks tasks{clock};
    auth::visits visits;
    auth::accounts accounts;
    auth::throttle throttle;
    std::atomic<std::uint64_t> generations = 0;  // how many there were
};

}  // namespace toolrack::app
