// What the command "status" is told: the same as an operator would look for in the log, as it is now.
#include <unistd.h>

#include <ranges>
#include <toolrack/json.hpp>

#include "app/server_status.hpp"
#include "base/redact.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"

namespace toolrack::app {
namespace {

constexpr std::size_t longest_sentence = 1000;
constexpr std::ptrdiff_t most_complaints = 100;

// Whoever wrote it may have quoted more than they should.
std::string said(const std::string& sentence) { return redacted(printable(sentence, longest_sentence)); }

std::string time_of(std::chrono::system_clock::time_point when) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(when));
}

json::text told_of(const generation::member& one, metrics::figures& figures) {
    const auto now = one.is.condition();
    const auto& settings = one.is.settings();
    auto text = json::object({{"name", one.is.name()},
                              {"library", said(settings.library)},
                              {"isolation", settings.isolation},
                              {"required", settings.required || one.is_backend},
                              {"state", plugin::word_for(now.state)},
                              {"since", time_of(now.since)}});
    if (!now.why.empty()) text.add("why", said(now.why));
    if (!one.stale.empty()) text.add("stale", said(one.stale));
    if (!now.degraded_reason.empty()) text.add("degraded_reason", said(now.degraded_reason));
    if (!now.degraded_reason.empty()) text.add("ailingSince", time_of(now.ailing_since));
    text.add("calls", now.asked);
    text.add("underWay", now.under_way);
    if (!one.is_backend) text.add("deaths", figures.deaths.at({one.is.name()}).count());
    return text;
}

json::text told_of_all(const std::vector<generation::member>& members, bool backends, metrics::figures& figures) {
    auto all = json::array();
    for (const auto& one : members)
        if (one.is_backend == backends) all.push(told_of(one, figures));
    return all;
}

}  // namespace

std::string server_status::status() const {
    const auto now = current_.get();
    const auto members = now->members();
    const auto reading = process_state_.last_reading.last();
    auto addresses = json::array();
    for (const auto& one : listeners_) addresses.push(to_string(one->address()));
    auto complaints = json::array();
    for (const auto& one : now->report().complaints | std::views::take(most_complaints)) complaints.push(said(one));

    const auto up = std::chrono::steady_clock::now() - since_;
    auto text = json::object({{"version", TOOLRACK_VERSION},
                              {"process", ::getpid()},
                              {"started", time_of(started_)},
                              {"uptimeSeconds", std::chrono::floor<std::chrono::seconds>(up).count()},
                              {"ready", is_ready()},
                              {"generation", now->number()},
                              {"configuration", now->settings().file.string()},
                              {"read", time_of(reading.taken_over)},
                              {"addresses", addresses},
                              {"auth", told_of_all(members, true, process_state_.figures)},
                              {"plugins", told_of_all(members, false, process_state_.figures)},
                              {"complaints", complaints},
                              {"connections", listeners_.empty() ? 0 : listeners_.front()->open_connections()},
                              {"streams", process_state_.open_streams.size()},
                              {"sessions", process_state_.sessions.size()},
                              {"tasks", process_state_.tasks.size()}});
    if (!reading.refused.empty()) text.add("refused", said(reading.refused));
    if (const auto& journal = now->audit_policy().journal_kept()) text.add("auditLinesLost", journal->lost());
    if (secured_ && secured_->valid_until() > 0) text.add("certificateEnds", to_rfc3339(secured_->valid_until()));
    return std::move(text).str();
}

}  // namespace toolrack::app
