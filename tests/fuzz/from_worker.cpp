// What a host hears from a worker, whose plugin may have taken it over, up to the plugin callbacks: a call is answered
// once at most, with JSON that is fit to be sent on, and nobody else hears anything.
#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "frames.hpp"
#include "json_grammar.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/process/worker_messages.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;
namespace from_worker = plugin::from_worker;

constexpr std::size_t max_result = 200;

void check_object(const std::string& json) {
    claim(fuzz::json_grammar::takes(json) && json::value(json).is_object(), "what is sent on is a JSON object");
}

void check_answer(const plugin::answer& answer) {
    using kind = enum plugin::answer::kind;
    if (answer.kind == kind::invalid) return claim(answer.json.empty(), "what was refused is not sent on");
    claim(answer.kind == kind::done || answer.kind == kind::input_required || answer.kind == kind::failed,
          "an answer is of a kind that a plugin may give");
    check_object(answer.json);
    claim(answer.json.size() <= max_result, "an answer is no longer than may be");
    claim(answer.json.find_first_of("\r\n") == std::string::npos, "an answer is on one line");
}

// One for all runs; calls are numbered from 1 in every run, so that inputs can name them.
class host {
public:
    void hear(const from_worker::any& message) {
        std::visit([this](const auto& said) { take(said); }, message);
        while (context_.poll() != 0) context_.restart();
        context_.restart();
        for (auto& call : calls_)
            if (call.is_answered() && !call.answer) {
                call.answer = call.request->take();
                check_answer(*call.answer);
            }
    }

    void begin() {
        for (auto& call : calls_) {
            call.answer.reset();
            call.request = std::make_shared<plugin::in_flight<plugin::answer>>(
                context_.get_executor(), [](std::string method, std::string params) {
                    claim(is_utf8(method), "the name of a notification is text");
                    check_object(params);
                });
            callbacks_.calls().add(call.request);
        }
        first_ = calls_.front().request->id();
    }

    void end() {
        for (auto& call : calls_) {
            claim(callbacks_.calls().take(call.request->id()).operator bool() == !call.answer,
                  "a call is open, or answered");
            call.request.reset();
        }
        claim(callbacks_.calls().size() == 0, "no other call was ever there");
    }

private:
    struct call {
        std::shared_ptr<plugin::in_flight<plugin::answer>> request;
        std::optional<plugin::answer> answer;
        bool is_answered() const { return request->is_answered(); }
    };

    std::uint64_t meant(std::uint64_t number) const { return first_ + number - 1; }

    void take(const from_worker::finished& said) { callbacks_.finish(meant(said.call), said.outcome, said.json); }
    void take(const from_worker::finished_too_long& said) { callbacks_.finish_too_long(meant(said.call), said.size); }
    void take(const from_worker::notified& said) { callbacks_.notify(meant(said.call), said.method, said.params); }
    void take(const from_worker::logged& said) { callbacks_.log_line(said.severity, said.line); }
    void take(const from_worker::list_changed& said) { callbacks_.list_changed(said.kind); }
    void take(const from_worker::resource_updated& said) { callbacks_.resource_updated(said.uri); }
    void take(const auto&) {}

    asio::io_context context_{1};
    toolrack::log silent_{severity{0}};
    toolrack::clock clock_;
    plugin::events events_{.list_changed = {},
                           .resource_updated = [](std::string_view uri) { claim(is_utf8(uri), "a URI is text"); },
                           .credential_revoked = {}};
    plugin::plugin_callbacks callbacks_{"plugin", {silent_, clock_, events_, max_result, 16}};
    std::array<call, 3> calls_;
    std::uint64_t first_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static host host;
    host.begin();
    fuzz::check_frames<from_worker::any>(fuzz::text_of(bytes, size),
                                         [](const from_worker::any& said) { host.hear(said); });
    host.end();
    return 0;
}
