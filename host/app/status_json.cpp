// server_status::json().
#include <unistd.h>

#include <ranges>
#include <toolrack/json.hpp>

#include "app/server_status.hpp"
#include "base/redact.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"

namespace toolrack::app {
namespace {

constexpr std::size_t max_sentence = 1000;
constexpr std::ptrdiff_t max_problems = 100;

// Plugins write such sentences and may quote a secret.
std::string shown(const std::string& sentence) { return redacted(printable(sentence, max_sentence)); }

std::string to_text(std::chrono::system_clock::time_point time) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

json::text describe(const loaded_instance& one, bool is_required) {
    const auto status = one.instance->status();
    const auto& settings = one.instance->settings();
    auto text = json::object({{"name", one.instance->name()},
                              {"library", shown(settings.library)},
                              {"isolation", settings.isolation},
                              {"required", is_required},
                              {"state", plugin::word_for(status.state)},
                              {"since", to_text(status.since)}});
    if (!status.why.empty()) text.add("reason", shown(status.why));
    if (!one.stale_reason.empty()) text.add("staleReason", shown(one.stale_reason));
    if (!status.degraded_reason.empty()) {
        text.add("degradedReason", shown(status.degraded_reason));
        text.add("degradedSince", to_text(status.degraded_since));
    }
    text.add("calls", status.calls_started);
    text.add("activeCalls", status.calls_in_flight);
    return text;
}

json::text describe_backends(const generation& now) {
    auto all = json::array();
    for (const auto& one : now.backends()) all.push(describe(one, true));
    return all;
}

json::text describe_plugins(const generation& now, metrics::registry& registry) {
    auto all = json::array();
    for (const auto& one : now.plugins())
        all.push(describe(one, one.instance->settings().required)
                     .add("workerCrashes", registry.worker_crashes.at({one.instance->name()}).count()));
    return all;
}

}  // namespace

std::string server_status::json() const {
    const auto now = current_.get();
    const auto load = process_state_.last_load.last();
    auto addresses = json::array();
    for (const auto& one : listeners_) addresses.push(to_string(one->address()));
    auto problems = json::array();
    for (const auto& one : now->report().problems | std::views::take(max_problems)) problems.push(shown(one));

    const auto uptime = std::chrono::steady_clock::now() - started_;
    auto text = json::object({{"version", TOOLRACK_VERSION},
                              {"pid", ::getpid()},
                              {"startedAt", to_text(started_at_)},
                              {"uptimeSeconds", std::chrono::floor<std::chrono::seconds>(uptime).count()},
                              {"ready", is_ready()},
                              {"generation", now->number()},
                              {"configFile", now->settings().file.string()},
                              {"configLoadedAt", to_text(load.loaded_at)},
                              {"addresses", addresses},
                              {"auth", describe_backends(*now)},
                              {"plugins", describe_plugins(*now, process_state_.registry)},
                              {"problems", problems},
                              {"connections", open_connections()},
                              {"streams", process_state_.open_streams.size()},
                              {"sessions", process_state_.sessions.size()},
                              {"heldBytes", process_state_.held->total()},
                              {"tasks", process_state_.tasks.size()}});
    if (!load.error.empty()) text.add("reloadError", shown(load.error));
    if (const auto& journal = now->audit_policy().shared_journal()) text.add("auditLinesLost", journal->lost());
    if (tls_ && tls_->valid_until() > 0) text.add("certificateExpiresAt", to_rfc3339(tls_->valid_until()));
    return std::move(text).str();
}

}  // namespace toolrack::app
