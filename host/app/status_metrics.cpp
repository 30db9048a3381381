// server_status::metrics().
#include <cstdint>
#include <string>

#include "app/server_status.hpp"
#include "base/text.hpp"
#include "metrics/page.hpp"

namespace toolrack::app {
namespace {

std::uint64_t seconds_of(std::chrono::system_clock::time_point time) {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

enum class kind { auth, plugin };

template <typename Read>
void write_samples(metrics::page& page, kind of, const std::vector<loaded_instance>& loaded, Read read) {
    for (const auto& one : loaded)
        page.sample(
            {{"instance", metrics::label_value(one.instance->name())}, {"kind", of == kind::auth ? "auth" : "plugin"}},
            std::uint64_t{read(one)});
}

// A gauge with a sample for each plugin.
template <typename Read>
void write_plugins(
    metrics::page& page, const generation& now, std::string_view name, std::string_view help, Read read) {
    page.begin(name, "gauge", help);
    write_samples(page, kind::plugin, now.plugins(), read);
}

// A gauge with a sample for each auth backend and each plugin.
template <typename Read>
void write_instances(
    metrics::page& page, const generation& now, std::string_view name, std::string_view help, Read read) {
    page.begin(name, "gauge", help);
    write_samples(page, kind::auth, now.backends(), read);
    write_samples(page, kind::plugin, now.plugins(), read);
}

void write_generation(metrics::page& page, const generation& now) {
    write_plugins(page,
                  now,
                  "toolrack_plugin_suspended",
                  "1 while a plugin is suspended because its process exited too often",
                  [](const auto& one) { return one.instance->is_suspended(); });
    write_plugins(page,
                  now,
                  "toolrack_plugin_stale",
                  "1 while the previous version of a plugin serves because the configured one failed",
                  [](const auto& one) { return !one.stale_reason.empty(); });
    write_instances(page,
                    now,
                    "toolrack_instance_degraded",
                    "1 while an instance reports a problem of its own, such as a broken list of tokens",
                    [](const auto& one) { return !one.instance->status().degraded_reason.empty(); });
    write_instances(
        page, now, "toolrack_instance_active_calls", "Calls and authentications in progress", [](const auto& one) {
            return one.instance->status().calls_in_flight;
        });
}

void write_responses(metrics::page& page, const std::vector<std::unique_ptr<http::listener>>& listeners) {
    http::response_counters::counts all{};
    for (const auto& one : listeners) {
        const auto of_one = one->response_counts();
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += of_one[i];
    }
    page.begin("toolrack_http_responses_total", "counter", "HTTP responses by the class of their status");
    for (std::size_t i = 2; i < all.size(); ++i) page.sample({{"code", std::to_string(i) + "xx"}}, all[i]);
}

}  // namespace

std::string server_status::metrics() const {
    const auto now = current_.get();
    const auto load = process_state_.last_load.last();
    // Creates the series of each plugin at 0, so that Prometheus sees the first exit as an increase.
    for (const auto& one : now->plugins()) process_state_.registry.worker_crashes.at({one.instance->name()});

    metrics::page page;
    page.begin("toolrack_build_info", "gauge", "The running version");
    page.sample({{"version", TOOLRACK_VERSION}}, 1);
    page.gauge("process_start_time_seconds", "Start time of the process", seconds_of(started_at_));
    page.gauge("toolrack_ready", "1 while /readyz reports ready", is_ready());
    page.gauge("toolrack_generation", "Number of the current generation", now->number());
    page.gauge("toolrack_config_last_reload_successful",
               "1 when the last load of the configuration succeeded without problems",
               load.error.empty() && now->report().problems.empty());
    page.gauge("toolrack_config_last_reload_success_timestamp_seconds",
               "Time of the last successful load of the configuration",
               seconds_of(load.loaded_at));
    page.gauge(
        "toolrack_load_failures", "Plugins and features that are configured and not served", now->report().not_served);
    write_generation(page, *now);

    page.gauge("toolrack_connections", "Open connections", open_connections());
    page.gauge("toolrack_listen_streams", "Open subscription streams", process_state_.open_streams.size());
    page.gauge("toolrack_auth_remembered_grants",
               "Grants that auth backends allow the server to reuse",
               process_state_.remembered_grants.size());
    page.gauge("toolrack_sessions", "Legacy sessions", process_state_.sessions.size());
    page.gauge("toolrack_held_bytes",
               "Memory held for clients: resumable streams, outcomes of tasks, subscriptions",
               process_state_.held->total());
    page.gauge("toolrack_tasks", "Stored tasks, running or finished", process_state_.tasks.size());
    write_responses(page, listeners_);
    if (const auto& journal = now->audit_policy().shared_journal()) {
        page.begin("toolrack_audit_lost_lines_total", "counter", "Audit lines that could not be written");
        page.sample({}, journal->lost());
    }
    if (tls_ && tls_->valid_until() > 0)
        page.gauge("toolrack_tls_certificate_expiry_timestamp_seconds",
                   "Expiry of the server certificate",
                   static_cast<std::uint64_t>(tls_->valid_until()));
    process_state_.registry.write(page);
    return page.take();
}

}  // namespace toolrack::app
