#include "worker/plugin_runner.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "plugin/words.hpp"

namespace toolrack::worker {
namespace {

constexpr int warning = 4;
constexpr std::size_t longest_line = 4096, around_a_text = 4096;

}  // namespace

plugin_runner::plugin_runner(line& host, const to_worker::hello& hello)
    : host_(host), longest_(hello.longest), lane_(std::string(hello.name), hello.threads, hello.queue),
      listing_lane_(std::string(hello.name), plugin::listing_threads, 1) {}

result<from_worker::created, complaint> plugin_runner::create(std::shared_ptr<const plugin::library> library,
                                                        std::string_view options) {
    auto made = plugin::plugin_handle::create(std::move(library), view_, options);
    if (!made) return made.error();
    plugin_handle_ = std::move(*made);
    return from_worker::created{plugin_handle_->offers_features()};
}

bool plugin_runner::serve() {
    for (;;) {
        const auto& heard = host_.hear();
        if (const auto* last = std::get_if<to_worker::close>(&heard))
            return close(std::chrono::milliseconds(last->grace));
        std::visit(
            [this](const auto& asked) {
                using kind = std::remove_cvref_t<decltype(asked)>;
                if constexpr (std::is_same_v<kind, to_worker::list>) list(asked.number);
                else if constexpr (std::is_same_v<kind, to_worker::start>) start(asked);
                else if constexpr (std::is_same_v<kind, to_worker::cancel>) cancel(asked.call);
                else if constexpr (std::is_same_v<kind, to_worker::watch>) watch(asked.uri, asked.on);
            },
            heard);
    }
}

void plugin_runner::list(std::uint32_t number) {
    const bool is_begun = listing_lane_.give([this, number] {
        bool is_whole = true;
        const bool is_known = plugin_handle_->list([&](auto kind, auto definition, auto attributes) {
            if (is_too_long(definition) || is_too_long(attributes)) is_whole = false;
            else host_.say(from_worker::feature{number, kind, definition, attributes});
        });
        host_.say(from_worker::listed{number, is_known && is_whole});
    });
    if (!is_begun) host_.say(from_worker::listed{number, false});
}

void plugin_runner::start(const to_worker::start& asked) {
    if (asked.is_quick) {
        calls_.add(asked.call, open_calls::stage::begun);
        plugin_handle_->start(asked.call, *plugin::abi_request(asked).get());
        return;
    }
    calls_.add(asked.call, open_calls::stage::waiting);
    const bool is_taken = lane_.give([this, frame = std::string(host_.frame())] { work(frame); });
    if (!is_taken && calls_.end(asked.call)) host_.say(from_worker::dropped{asked.call});
}

void plugin_runner::work(std::string_view frame) {
    const auto read = plugin::read_frame<to_worker::any>(frame);
    const auto& asked = std::get<to_worker::start>(*read);
    if (calls_.begin(asked.call)) plugin_handle_->start(asked.call, *plugin::abi_request(asked).get());
}

void plugin_runner::cancel(std::uint64_t call) {
    switch (calls_.cancel(call)) {
    case open_calls::wish::nothing: break;
    case open_calls::wish::drop: host_.say(from_worker::dropped{call}); break;
    case open_calls::wish::tell_plugin: plugin_handle_->cancel(call); break;
    }
}

void plugin_runner::watch(std::string_view uri, bool on) {
    if (!plugin_handle_->wants_watches() || watches_.tell(*plugin_handle_, uri, on)) return;
    log_line(warning, "it was not told that " + std::string(uri) + " is " + (on ? "now" : "no longer") +
                          " watched: its lane is full");
}

// Nobody waits for what is still under way; a plugin that listens comes back.
bool plugin_runner::close(std::chrono::milliseconds grace) {
    const auto end = std::chrono::steady_clock::now() + grace;
    for (const auto call : calls_.cancel_all()) plugin_handle_->cancel(call);
    bool came_back = calls_.wait_until_empty(end);
    for (auto* const one : {&lane_, &listing_lane_}) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        came_back = one->close(std::max(left, std::chrono::milliseconds(0))) == 0 && came_back;
    }
    if (came_back) plugin_handle_.reset();
    return came_back;
}

bool plugin_runner::is_too_long(std::string_view text) const noexcept { return text.size() + around_a_text > longest_; }

void plugin_runner::log_line(std::int32_t severity, std::string_view line) noexcept {
    host_.say(from_worker::logged{severity, line.substr(0, longest_line)});
}

void plugin_runner::notified(std::uint64_t call, std::string_view method, std::string_view params) noexcept {
    if (is_too_long(params) || is_too_long(method))
        return log_line(warning, "its notification was dropped: it is far too long");
    host_.say(from_worker::notified{call, method, params});
}

void plugin_runner::finished(std::uint64_t call, std::int32_t outcome, std::string_view json) noexcept {
    calls_.end(call);
    if (is_too_long(json)) host_.say(from_worker::finished_too_long{call, json.size()});
    else host_.say(from_worker::finished{call, outcome, json});
}

void plugin_runner::list_changed(std::string_view kind) noexcept {
    if (!is_too_long(kind)) host_.say(from_worker::list_changed{kind});
}

void plugin_runner::resource_updated(std::string_view uri) noexcept {
    if (!is_too_long(uri)) host_.say(from_worker::resource_updated{uri});
}

void plugin_runner::report_degraded(std::string_view what) noexcept { host_.say(from_worker::degraded{what.substr(0, longest_line)}); }

}  // namespace toolrack::worker
