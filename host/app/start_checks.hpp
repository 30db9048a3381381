// Refuses to start with unsafe settings, before any address is bound.
#pragma once

#include <memory>
#include <vector>

#include "config/config.hpp"
#include "plugin/instance.hpp"

namespace toolrack::app {

struct start_options {
    bool dev = false;    // --dev
    bool stdio = false;  // --stdio: no listening addresses and no auth backends
};

// Throws failure when an address off loopback would carry tokens in clear text.
void refuse_unsafe_addresses(const config::settings& settings);

// Throws failure when a backend that grants everyone is used for anything but a developer's own machine.
void refuse_unsafe_backends(const config::settings& settings,
                            const start_options& options,
                            const std::vector<std::shared_ptr<plugin::instance>>& backends);

}  // namespace toolrack::app
