// A generation: the features, policy and limits that one load of the configuration produced. Immutable.
//
// Each request holds the generation that was current when it began. State that must outlive a generation is in the
// process state. Successive generations share the instances that did not change.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit_policy.hpp"
#include "auth/caller_limits.hpp"
#include "auth/gate.hpp"
#include "auth/protected_resource.hpp"
#include "base/log.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "mcp/endpoint.hpp"
#include "plugin/instance.hpp"

namespace toolrack::app {

// An instance, and what it was made from: the next generation reuses it when that is the same.
struct loaded_instance {
    std::filesystem::path library;  // the private copy, named after the digest of its content
    std::string fingerprint;        // of the settings
    std::shared_ptr<plugin::instance> instance;
    std::string stale_reason =
        {};  // why the newly configured version failed and this one was kept; empty: it is current
};

// What a load of the configuration achieved.
struct load_report {
    struct served_plugin {
        std::string name;
        std::vector<std::string> tools;
        std::size_t prompts = 0, resources = 0;
    };
    std::vector<served_plugin> served;
    std::size_t not_served = 0;         // plugins and single features
    std::vector<std::string> problems;  // a sentence for each of them, and for each stale plugin
};

class generation {
public:
    struct parts {
        std::shared_ptr<const config::settings> settings;
        auth::caller_limits caller_limits;
        std::uint64_t number = 0;  // counts the generations of this process
        std::vector<loaded_instance> backends = {}, plugins = {};
        auth::protected_resource resource = {};
        std::shared_ptr<const audit::audit_policy> audit_policy = {};
        std::shared_ptr<const catalog::catalog> catalog = {};
        std::unique_ptr<const auth::gate> gate = {};
        std::shared_ptr<const mcp::endpoint> mcp = {};
        load_report of_instances = {};  // the part of the report that reading the lists again does not change
        load_report report = {};
    };
    // No pointer is null.
    explicit generation(parts made) : parts_(std::move(made)) {}
    generation(const generation&) = delete;
    generation& operator=(const generation&) = delete;

    std::uint64_t number() const noexcept { return parts_.number; }
    const config::settings& settings() const noexcept { return *parts_.settings; }
    const std::shared_ptr<const config::settings>& shared_settings() const noexcept { return parts_.settings; }
    const auth::gate& gate() const noexcept { return *parts_.gate; }
    const auth::caller_limits& caller_limits() const noexcept { return parts_.caller_limits; }
    const auth::protected_resource& resource() const noexcept { return parts_.resource; }
    const audit::audit_policy& audit_policy() const noexcept { return *parts_.audit_policy; }
    const catalog::catalog& catalog() const noexcept { return *parts_.catalog; }
    const mcp::endpoint& mcp() const noexcept { return *parts_.mcp; }
    const load_report& report() const noexcept { return parts_.report; }
    const load_report& report_of_instances() const noexcept { return parts_.of_instances; }

    const std::vector<loaded_instance>& backends() const noexcept { return parts_.backends; }  // in the order of [auth]
    const std::vector<loaded_instance>& plugins() const noexcept { return parts_.plugins; }

    bool has_same_instances(const generation& other) const noexcept;

    // Waits at most `grace` for each plugin to return from its calls, then closes it. False when a call did not return:
    // it may still use anything, so nothing may be destroyed. The plugin is named in the log.
    bool close_instances(std::chrono::milliseconds grace, log& log) const;
    // Ends the waits for answers of plugins. Returns the number of calls that waited.
    std::size_t interrupt_calls() const;

private:
    const parts parts_;
};

}  // namespace toolrack::app
