// The hub: what lives as long as the process, whatever the configuration becomes meanwhile.
#pragma once

#include <string>

#include "auth/account.hpp"
#include "auth/throttle.hpp"
#include "auth/visits.hpp"
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

    toolrack::log& log;
    toolrack::clock clock;
    secret token;  // env-token's, taken from the environment before any library is loaded
    plugin::libraries libraries;
    plugin::changes changes;  // set before any plugin is loaded; read by all of them
    seal states;
    mcp::sessions sessions;
    mcp::announcer announcer{sessions};
    mcp::tasks tasks{clock};
    auth::visits visits;
    auth::accounts accounts;
    auth::throttle throttle;
};

}  // namespace toolrack::app
