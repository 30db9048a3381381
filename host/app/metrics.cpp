// What Prometheus reads: all that was counted, and what can be read off now.
#include <cstdint>
#include <string>

#include "app/server_status.hpp"
#include "base/text.hpp"
#include "metrics/page.hpp"

namespace toolrack::app {
namespace {

std::uint64_t seconds_of(std::chrono::system_clock::time_point when) {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count());
}

// One gauge of each instance, named; of backends, too, where they can have it.
template <typename Read>
void write_each(metrics::page& page,
                const std::vector<generation::member>& members,
                bool backends_too,
                std::string_view name,
                std::string_view help,
                Read read) {
    page.begin(name, "gauge", help);
    for (const auto& one : members) {
        if (one.is_backend && !backends_too) continue;
        const auto instance = metrics::label_value(one.is.name());
        page.sample({{"instance", instance}, {"kind", one.is_backend ? "auth" : "plugin"}}, read(one));
    }
}

void write_instances(metrics::page& page, const std::vector<generation::member>& members) {
    write_each(page, members, false, "toolrack_plugin_benched",
               "Whether a plugin's process ended too often to be started again at once",
               [](const auto& one) { return std::uint64_t{one.is.is_suspended()}; });
    write_each(page, members, false, "toolrack_plugin_stale",
               "Whether a plugin is served as it was, because as it is configured now it cannot be",
               [](const auto& one) { return std::uint64_t{!one.stale.empty()}; });
    write_each(page, members, true, "toolrack_instance_degraded",
               "Whether an instance says that something is wrong with it, such as a list of tokens that broke",
               [](const auto& one) { return std::uint64_t{!one.is.condition().degraded_reason.empty()}; });
    write_each(page, members, true, "toolrack_instance_calls_under_way", "Calls, and checks of callers, under way",
               [](const auto& one) { return std::uint64_t{one.is.condition().under_way}; });
}

void write_answers(metrics::page& page, const std::vector<std::unique_ptr<http::listener>>& listeners) {
    http::answers::counts all{};
    for (const auto& one : listeners) {
        const auto of_one = one->answered();
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += of_one[i];
    }
    page.begin("toolrack_http_responses_total", "counter", "HTTP responses by the class of their status");
    for (std::size_t i = 2; i < all.size(); ++i) page.sample({{"code", std::to_string(i) + "xx"}}, all[i]);
}

}  // namespace

std::string server_status::metrics() const {
    const auto now = current_.get();
    const auto members = now->members();
    const auto reading = process_state_.last_reading.last();
    // Those of which nothing was counted yet are there, too, so that what comes first is seen as a change.
    for (const auto& one : members)
        if (!one.is_backend) process_state_.figures.deaths.at({one.is.name()});

    metrics::page page;
    page.begin("toolrack_build_info", "gauge", "The version that runs");
    page.sample({{"version", TOOLRACK_VERSION}}, 1);
    page.gauge("process_start_time_seconds", "When the server began", seconds_of(started_));
    page.gauge("toolrack_ready", "What /readyz says", is_ready());
    page.gauge("toolrack_generation", "Counts how often the policy was made anew", now->number());
    page.gauge("toolrack_config_last_reload_successful",
               "Whether all is served as the configuration said when it was last read",
               reading.refused.empty() && now->report().complaints.empty());
    page.gauge("toolrack_config_last_reload_success_timestamp_seconds",
               "When the configuration was last read and taken over", seconds_of(reading.taken_over));
    page.gauge("toolrack_plugins_left_out", "Plugins, and single features, that are configured and not served",
               now->report().left_out);
    write_instances(page, members);

    page.gauge("toolrack_connections", "Open connections",
               listeners_.empty() ? 0 : listeners_.front()->open_connections());
    page.gauge("toolrack_listen_streams", "Streams on which somebody only listens", process_state_.open_streams.size());
    page.gauge("toolrack_sessions", "Legacy sessions", process_state_.sessions.size());
    page.gauge("toolrack_tasks", "Tasks that are kept, done or not", process_state_.tasks.size());
    write_answers(page, listeners_);
    if (const auto& journal = now->audit_policy().journal_kept()) {
        page.begin("toolrack_audit_lost_lines_total", "counter", "Lines of the audit that could not be written");
        page.sample({}, journal->lost());
    }
    if (secured_ && secured_->valid_until() > 0)
        page.gauge("toolrack_tls_certificate_expiry_timestamp_seconds", "When the certificate ends",
                   static_cast<std::uint64_t>(secured_->valid_until()));
    process_state_.figures.write(page);
    return page.take();
}

}  // namespace toolrack::app
