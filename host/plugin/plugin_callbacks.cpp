#include "plugin/plugin_callbacks.hpp"

#include <toolrack/abi.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <toolrack/json.hpp>
#include <utility>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_notification = 1024 * 1024;
constexpr std::size_t longest_uri = 2048;
constexpr std::size_t longest_reason = 1000;
constexpr std::size_t longest_logged_line = 4096;
constexpr std::size_t lines_per_second = 1000, bytes_per_second = 64 * 1024;

// Checked JSON without surrounding white space. stdio and SSE are line-based.
std::string on_one_line(const json::value& checked) {
    std::string line(checked.text());
    wire::put_on_one_line(line);
    return line;
}

std::string too_long(std::uint64_t size, std::size_t most) {
    return "it is " + std::to_string(size) + " bytes long, and server.max_result allows " + std::to_string(most);
}

}  // namespace

std::uint32_t next_table_number() {
    static std::atomic<std::uint32_t> last = 0;
    return (++last) & 0xFFFFFF;
}

plugin_callbacks::plugin_callbacks(std::string name, const dependencies& around)
    : name_(std::move(name)), around_(around), calls_(next_table_number()),
      log_(around.log, name_, lines_per_second, bytes_per_second) {
    limits_.depth = around.json_depth;
}

std::size_t plugin_callbacks::interrupt_calls() {
    std::size_t count = 0;
    for (const auto id : calls_.open_ids()) {
        const auto one = calls_.find(id);
        if (!one || one->is_abandoned()) continue;
        if (one->interrupt()) ++count;
    }
    return count;
}

void plugin_callbacks::log_line(int severity, std::string_view line) noexcept {
    try {
        const auto level = static_cast<toolrack::severity>(std::clamp(severity, 3, 7));
        if (around_.log.writes(level))
            log_.write(level, name_ + ": " + std::string(line.substr(0, longest_logged_line)));
    } catch (...) {
    }
}

void plugin_callbacks::notify(std::uint64_t id, std::string_view method, std::string_view params) noexcept {
    try {
        const auto to = calls_.find(id);
        if (!to) return log_unknown_call("a notification", id);
        if (params.size() > longest_notification || !is_utf8(method) || wire::check_json(params, limits_) ||
            !json::value(params).is_object())
            return log_.warning(
                "{}: its notification {} was dropped: params is not a valid JSON object", name_, method.substr(0, 100));
        to->notify(std::string(method), on_one_line(json::value(params)));
    } catch (...) {
    }
}

bool plugin_callbacks::finish(std::uint64_t id, std::int32_t outcome, std::string_view text) noexcept {
    try {
        const auto ended = calls_.take(id);
        if (!ended) {
            log_unknown_call("an answer", id);
            return false;
        }
        if (ended->is_abandoned()) return true;
        auto checked = validate(outcome, text);
        const bool is_valid = checked.kind != answer::kind::invalid;
        ended->deliver(std::move(checked));
        return is_valid;
    } catch (const std::exception& error) {
        log_.error("{}: its answer was lost: {}", name_, error.what());
        return false;
    }
}

void plugin_callbacks::finish_too_long(std::uint64_t id, std::uint64_t size) noexcept {
    try {
        const auto ended = calls_.take(id);
        if (!ended) return log_unknown_call("an answer", id);
        if (!ended->is_abandoned()) ended->deliver(reject(too_long(size, around_.max_result)));
    } catch (...) {
    }
}

answer plugin_callbacks::reject(std::string_view why) const {
    log_.error("{}: its answer was rejected: {}", name_, why);
    return {answer::kind::invalid, {}};
}

// On the thread that delivers the answer, not on the I/O thread.
answer plugin_callbacks::validate(std::int32_t outcome, std::string_view text) const {
    if (text.size() > around_.max_result) return reject(too_long(text.size(), around_.max_result));
    if (const auto fault = wire::check_json(text, limits_)) return reject(to_string(fault->kind));
    const json::value whole(text);
    if (!whole.is_object()) return reject("it is not a JSON object");
    auto line = on_one_line(whole);

    switch (outcome) {
    case TOOLRACK_DONE: return {answer::kind::done, std::move(line)};
    case TOOLRACK_INPUT_REQUIRED: return {answer::kind::input_required, std::move(line)};
    case TOOLRACK_FAILED: {
        const auto code = whole.find("code"), message = whole.find("message");
        if (!code || !code->is_number() || !message || !message->is_string())
            return reject("its error lacks \"code\" or \"message\"");
        return {answer::kind::failed, std::move(line)};
    }
    default: return reject("its outcome " + std::to_string(outcome) + " is unknown");
    }
}

void plugin_callbacks::list_changed(std::string_view kind) noexcept {
    try {
        if (around_.events.list_changed) around_.events.list_changed(kind);
    } catch (...) {
    }
}

void plugin_callbacks::resource_updated(std::string_view uri) noexcept {
    try {
        if (uri.size() > longest_uri || !is_utf8(uri))
            return log_.warning("{}: it reported an update of an invalid URI", name_);
        if (around_.events.resource_updated) around_.events.resource_updated(uri);
    } catch (...) {
    }
}

void plugin_callbacks::report_degraded(std::string_view reason) noexcept {
    try {
        health_.set_degraded(redacted(printable(reason, longest_reason)));
    } catch (...) {
    }
}

void plugin_callbacks::worker_exited(const std::string& why, bool is_suspended) noexcept {
    try {
        health_.worker_exited(redacted(printable(why, longest_reason)), is_suspended);
        if (around_.events.worker_exited) around_.events.worker_exited(name_);
    } catch (...) {
    }
}

instance_status plugin_callbacks::status() const {
    auto now = health_.status();
    now.calls_started = calls_.total_added();
    now.calls_in_flight = calls_.size();
    return now;
}

void plugin_callbacks::log_unknown_call(const char* what, std::uint64_t id) noexcept {
    try {
        log_.warning("{}: {} for call {} was dropped: that call is unknown or has ended", name_, what, id);
    } catch (...) {
    }
}

}  // namespace toolrack::plugin
