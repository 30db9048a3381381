// Opens the libraries that a configuration names and makes an instance of each.
//
// An instance of the previous generation is reused when its library and its settings are unchanged and it is not
// suspended. A plugin whose new version fails keeps its previous instance, which is then stale.
#pragma once

#include <string>
#include <vector>

#include "app/generation.hpp"
#include "app/process_state.hpp"
#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::app {

// Logs a problem and adds it to the report.
void report_problem(load_report& report, log& log, std::string sentence);
// The same for a plugin that is not served.
void report_not_served(load_report& report, log& log, const std::string& plugin, const std::string& reason);

class instance_loader {
public:
    // All of them outlive it. `previous` may be null.
    instance_loader(const config::settings& settings, process_state& process_state, const generation* previous)
        : settings_(settings), process_state_(process_state), previous_(previous) {}

    // Throws failure when one of them cannot be used.
    std::vector<loaded_instance> load_backends() const;
    // A plugin that fails is left out and reported. Throws failure when a required one fails.
    std::vector<loaded_instance> load_plugins(load_report& report) const;

private:
    loaded_instance load_backend(const config::backend& backend) const;
    result<loaded_instance, complaint> load_plugin(const config::plugin& settings,
                                                   const std::filesystem::path& file) const;
    result<loaded_instance, complaint> load(const config::plugin& settings,
                                            const std::filesystem::path& file,
                                            const std::vector<loaded_instance>* reusable) const;
    result<std::shared_ptr<plugin::instance>, complaint> make_instance(const std::filesystem::path& library,
                                                                       const config::plugin& settings) const;
    const loaded_instance* find_previous_plugin(const std::string& name) const;

    const config::settings& settings_;
    process_state& process_state_;
    const generation* const previous_;
};

}  // namespace toolrack::app
