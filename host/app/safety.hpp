// What makes a start unsafe. Everything here ends it, before any address is bound.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "plugin/instance.hpp"

namespace toolrack::app {

struct start_options {
    bool dev = false;    // --dev
    bool stdio = false;  // --stdio: no address is listened on, and no backend is asked
};

// Judged from the configuration alone. Throws failure.
void refuse_unsafe_addresses(const config::settings& settings);

// Judged with the backends at hand: one that grants everyone is for a developer's own machine. Throws
// failure.
void refuse_unsafe_backends(const config::settings& settings,
                            const start_options& options,
                            const std::vector<std::shared_ptr<plugin::instance>>& backends);

}  // namespace toolrack::app
