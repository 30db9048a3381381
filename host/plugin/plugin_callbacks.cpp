#include "plugin/plugin_callbacks.hpp"

#include <toolrack/abi.h>

#include <atomic>
#include <exception>
#include <toolrack/json.hpp>
#include <utility>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_notice = 1024 * 1024;
constexpr std::size_t longest_uri = 2048;
constexpr std::size_t longest_ailment = 1000;

// Checked JSON, without the white space around it; what it goes out by may be made of lines.
std::string on_one_line(const json::value& checked) {
    std::string line(checked.text());
    wire::put_on_one_line(line);
    return line;
}

std::string too_long(std::uint64_t size, std::size_t most) {
    return "it is " + std::to_string(size) + " bytes long, and server.max_result allows " + std::to_string(most);
}

}  // namespace

std::uint32_t next_number() {
    static std::atomic<std::uint32_t> last = 0;
    return (++last) & 0xFFFFFF;
}

plugin_callbacks::plugin_callbacks(std::string name, const dependencies& around)
    : name_(std::move(name)), around_(around), log_(around.log), calls_(next_number()) {
    limits_.depth = around.json_depth;
}

std::size_t plugin_callbacks::cut_off() {
    std::size_t count = 0;
    for (const auto id : calls_.open()) {
        const auto one = calls_.find(id);
        if (!one || one->is_abandoned()) continue;
        if (one->cut_off()) ++count;
    }
    return count;
}

void plugin_callbacks::log_line(int kind, std::string_view line) noexcept {
    try {
        const auto level = kind <= 3 ? severity::error : kind >= 7 ? severity::debug : static_cast<severity>(kind);
        if (log_.writes(level)) log_.write(level, name_ + ": " + std::string(line));
    } catch (...) {
    }
}

void plugin_callbacks::notified(std::uint64_t id, std::string_view method, std::string_view params) noexcept {
    try {
        const auto to = calls_.find(id);
        if (!to) return stray("a notification", id);
        if (params.size() > longest_notice || !is_utf8(method) || wire::check_json(params, limits_) ||
            !json::value(params).is_object())
            return log_.warning("{}: its notification {} was dropped: params are not an acceptable JSON object", name_,
                                method.substr(0, 100));
        to->notify(std::string(method), on_one_line(json::value(params)));
    } catch (...) {
    }
}

bool plugin_callbacks::finished(std::uint64_t id, std::int32_t outcome, std::string_view text) noexcept {
    try {
        const auto ended = calls_.take(id);
        if (!ended) {
            stray("an answer", id);
            return false;
        }
        if (ended->is_abandoned()) return true;
        auto made = judged(outcome, text);
        const bool is_good = made.kind != answer::kind::invalid;
        ended->deliver(std::move(made));
        return is_good;
    } catch (const std::exception& error) {
        log_.error("{}: its answer was lost: {}", name_, error.what());
        return false;
    }
}

void plugin_callbacks::finished_too_long(std::uint64_t id, std::uint64_t size) noexcept {
    try {
        const auto ended = calls_.take(id);
        if (!ended) return stray("an answer", id);
        if (!ended->is_abandoned()) ended->deliver(refused(too_long(size, around_.max_result)));
    } catch (...) {
    }
}

answer plugin_callbacks::refused(std::string_view why) const {
    log_.error("{}: its answer was refused: {}", name_, why);
    return {answer::kind::invalid, {}};
}

// On the thread that brought it, not on the one that serves others.
answer plugin_callbacks::judged(std::int32_t outcome, std::string_view text) const {
    if (text.size() > around_.max_result) return refused(too_long(text.size(), around_.max_result));
    if (const auto fault = wire::check_json(text, limits_)) return refused(to_string(fault->kind));
    const json::value whole(text);
    if (!whole.is_object()) return refused("it is not a JSON object");
    auto line = on_one_line(whole);

    switch (outcome) {
    case TOOLRACK_DONE: return {answer::kind::done, std::move(line)};
    case TOOLRACK_INPUT_REQUIRED: return {answer::kind::input_required, std::move(line)};
    case TOOLRACK_FAILED: {
        const auto code = whole.find("code"), message = whole.find("message");
        if (!code || !code->is_number() || !message || !message->is_string())
            return refused("its error has no \"code\" or no \"message\"");
        return {answer::kind::failed, std::move(line)};
    }
    default: return refused("its outcome " + std::to_string(outcome) + " is unknown");
    }
}

void plugin_callbacks::list_changed(std::string_view kind) noexcept {
    try {
        if (around_.changes.list_changed) around_.changes.list_changed(kind);
    } catch (...) {
    }
}

void plugin_callbacks::resource_updated(std::string_view uri) noexcept {
    try {
        if (uri.size() > longest_uri || !is_utf8(uri))
            return log_.warning("{}: it updated something that is no URI", name_);
        if (around_.changes.resource_updated) around_.changes.resource_updated(uri);
    } catch (...) {
    }
}

void plugin_callbacks::report_degraded(std::string_view what) noexcept {
    try {
        health_.report_degraded(redacted(printable(what, longest_ailment)));
    } catch (...) {
    }
}

void plugin_callbacks::died(const std::string& why, bool is_suspended) noexcept {
    try {
        health_.ended(redacted(printable(why, longest_ailment)), is_suspended);
        if (around_.changes.died) around_.changes.died(name_);
    } catch (...) {
    }
}

condition plugin_callbacks::condition() const {
    auto now = health_.now();
    now.asked = calls_.added();
    now.under_way = calls_.size();
    return now;
}

void plugin_callbacks::stray(const char* what, std::uint64_t id) noexcept {
    try {
        if (strays_logged_.allows_another())
            log_.warning("{}: {} for call {} was dropped: that call has ended, or was never given to it",
                         name_, what, id);
    } catch (...) {
    }
}

}  // namespace toolrack::plugin
