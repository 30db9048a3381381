#include "worker/plugin_runner.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "plugin/abi_request.hpp"

namespace toolrack::worker {
namespace {

constexpr int warning = 4;
constexpr std::size_t longest_line = 4096, frame_overhead = 4096;

}  // namespace

plugin_runner::plugin_runner(host_channel& host, const to_worker::hello& hello)
    : host_(host), longest_frame_(hello.longest), lane_(std::string(hello.name), hello.threads, hello.queue),
      listing_lane_(std::string(hello.name), plugin::listing_threads, 1) {}

result<from_worker::created, complaint> plugin_runner::create(std::shared_ptr<const plugin::library> library,
                                                              std::string_view options) {
    auto made = plugin::plugin_handle::create(std::move(library), table_, options);
    if (!made) return made.error();
    plugin_ = std::move(*made);
    return from_worker::created{plugin_->offers_features()};
}

bool plugin_runner::serve() {
    for (;;) {
        const auto& message = host_.receive();
        if (const auto* last = std::get_if<to_worker::close>(&message))
            return close(std::chrono::milliseconds(last->grace));
        std::visit(
            [this](const auto& one) {
                using kind = std::remove_cvref_t<decltype(one)>;
                if constexpr (std::is_same_v<kind, to_worker::list>) list(one.number);
                else if constexpr (std::is_same_v<kind, to_worker::start>) start(one);
                else if constexpr (std::is_same_v<kind, to_worker::cancel>) cancel(one.call);
                else if constexpr (std::is_same_v<kind, to_worker::watch>) watch(one.uri, one.on);
            },
            message);
    }
}

void plugin_runner::list(std::uint32_t number) {
    const bool is_posted = listing_lane_.try_post([this, number] {
        bool is_complete = true;
        const bool succeeded = plugin_->list([&](auto kind, auto definition, auto attributes) {
            if (is_too_long(definition) || is_too_long(attributes)) is_complete = false;
            else host_.send(from_worker::feature{number, kind, definition, attributes});
        });
        host_.send(from_worker::listed{number, succeeded && is_complete});
    });
    if (!is_posted) host_.send(from_worker::listed{number, false});
}

void plugin_runner::start(const to_worker::start& message) {
    using plugin::abi_request, plugin::storage;
    const auto call = message.call;
    if (message.is_quick) {
        calls_.add(call, open_calls::stage::running);
        const abi_request request(
            message, message.subject, message.issuer, message.scopes, message.deadline, storage::borrowed);
        plugin_->start(call, request.get());
        return;
    }
    calls_.add(call, open_calls::stage::queued);
    const auto request = std::make_shared<const abi_request>(
        message, message.subject, message.issuer, message.scopes, message.deadline, storage::owned);
    const bool is_posted = lane_.try_post([this, call, request] {
        if (calls_.start(call)) plugin_->start(call, request->get());
    });
    if (!is_posted && calls_.finish(call)) host_.send(from_worker::dropped{call});
}

void plugin_runner::cancel(std::uint64_t call) {
    switch (calls_.cancel(call)) {
    case open_calls::cancel_action::none: break;
    case open_calls::cancel_action::drop: host_.send(from_worker::dropped{call}); break;
    case open_calls::cancel_action::notify_plugin: plugin_->cancel(call); break;
    }
}

void plugin_runner::watch(std::string_view uri, bool on) {
    if (!plugin_->has_watch() || watches_.try_post(*plugin_, uri, on)) return;
    log_line(warning,
             "its lane is full, so it missed that watching " + std::string(uri) + (on ? " started" : " ended"));
}

bool plugin_runner::close(std::chrono::milliseconds grace) {
    const auto end = std::chrono::steady_clock::now() + grace;
    for (const auto call : calls_.cancel_all()) plugin_->cancel(call);
    bool have_all_returned = calls_.wait_until_empty(end);
    for (auto* const one : {&lane_, &listing_lane_}) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        have_all_returned = one->close(std::max(left, std::chrono::milliseconds(0))) == 0 && have_all_returned;
    }
    if (have_all_returned) plugin_.reset();
    return have_all_returned;
}

bool plugin_runner::is_too_long(std::string_view text) const noexcept {
    return text.size() + frame_overhead > longest_frame_;
}

void plugin_runner::log_line(std::int32_t severity, std::string_view line) noexcept {
    host_.send(from_worker::logged{severity, line.substr(0, longest_line)});
}

void plugin_runner::notify(std::uint64_t call, std::string_view method, std::string_view params) noexcept {
    if (is_too_long(params) || is_too_long(method))
        return log_line(warning, "its notification was dropped: it is too long");
    host_.send(from_worker::notified{call, method, params});
}

void plugin_runner::finish(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept {
    calls_.finish(call);
    if (is_too_long(json)) host_.send(from_worker::finished_too_long{call, json.size()});
    else host_.send(from_worker::finished{call, outcome, json});
}

void plugin_runner::list_changed(std::string_view kind) noexcept {
    if (!is_too_long(kind)) host_.send(from_worker::list_changed{kind});
}

void plugin_runner::resource_updated(std::string_view uri) noexcept {
    if (!is_too_long(uri)) host_.send(from_worker::resource_updated{uri});
}

void plugin_runner::report_degraded(std::string_view reason) noexcept {
    host_.send(from_worker::degraded{reason.substr(0, longest_line)});
}

}  // namespace toolrack::worker
