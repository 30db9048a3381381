// A generation: everything that one reading of the configuration made, immutable from then on.
//
// Requests hold the generation they began on. What must outlive it is in the hub.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/safety.hpp"
#include "auth/gate.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "mcp/server.hpp"
#include "mcp/sessions.hpp"
#include "plugin/library.hpp"

namespace toolrack::app {

// What lives as long as the process.
struct hub {
    hub(const config::settings& settings, std::string program, log& log);

    toolrack::log& log;
    toolrack::clock clock;
    secret token;  // env-token's, taken from the environment before any library is loaded
    plugin::libraries libraries;
    mcp::sessions sessions;
};

class generation {
public:
    // Loads everything that `settings` names. A plugin that does not load is left out, named in the log
    // and in report(). Throws failure for what must not be left out: the lock, and required plugins.
    generation(const config::settings& settings, const start_options& options, hub& hub);
    ~generation();
    generation(const generation&) = delete;
    generation& operator=(const generation&) = delete;

    const config::settings& settings() const noexcept { return settings_; }
    const auth::gate& gate() const noexcept { return *gate_; }
    const mcp::server& mcp() const noexcept { return *mcp_; }

    // Waits for plugins to come back from their calls. False when one never did: it is named in the log,
    // and nothing that it may still touch can be taken down.
    bool close(std::chrono::milliseconds grace);

    struct served_plugin {
        std::string name;
        std::size_t tools;
    };
    struct account {
        std::vector<served_plugin> served;
        std::size_t left_out = 0;  // plugins and single features that are not served
    };
    const account& report() const noexcept { return report_; }

private:
    std::shared_ptr<plugin::instance> open_backend(const std::string& name, bool first);
    void mount_plugins();
    result<catalog::offer, complaint> mount(const config::plugin& settings, const std::filesystem::path& file);

    config::settings settings_;
    hub& hub_;
    std::vector<std::shared_ptr<plugin::instance>> backends_;
    std::vector<std::shared_ptr<plugin::instance>> plugins_;
    std::unique_ptr<catalog::catalog> catalog_;
    std::unique_ptr<auth::gate> gate_;
    std::unique_ptr<mcp::server> mcp_;
    account report_;
};

}  // namespace toolrack::app
