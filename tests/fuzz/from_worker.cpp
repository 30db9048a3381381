// Messages from a worker that its plugin may control, up to the plugin callbacks: a call gets at most one answer, with
// JSON that can be sent to the client, and no other call is affected.
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
using fuzz::require;
namespace from_worker = plugin::from_worker;

constexpr std::size_t max_result = 200;

void check_object(const std::string& json) {
    require(fuzz::json_grammar::takes(json) && json::value(json).is_object(), "forwarded JSON is an object");
}

void check_answer(const plugin::answer& answer) {
    using kind = enum plugin::answer::kind;
    if (answer.kind == kind::invalid) return require(answer.json.empty(), "an invalid answer has no JSON");
    require(answer.kind == kind::done || answer.kind == kind::input_required || answer.kind == kind::failed,
            "an answer has a kind that plugins can use");
    check_object(answer.json);
    require(answer.json.size() <= max_result, "an answer is within the limit");
    require(answer.json.find_first_of("\r\n") == std::string::npos, "an answer is on one line");
}

// One object for all runs. Every run numbers its calls from 1, so that inputs can name them.
class host {
public:
    void receive(const from_worker::any& message) {
        std::visit([this](const auto& each) { take(each); }, message);
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
                    require(is_utf8(method), "the name of a notification is UTF-8");
                    check_object(params);
                });
            callbacks_.calls().add(call.request);
        }
        first_ = calls_.front().request->id();
    }

    void end() {
        for (auto& call : calls_) {
            require(callbacks_.calls().take(call.request->id()).operator bool() == !call.answer,
                    "a call is in flight or answered");
            call.request.reset();
        }
        require(callbacks_.calls().size() == 0, "there is no other call");
    }

private:
    struct call {
        std::shared_ptr<plugin::in_flight<plugin::answer>> request;
        std::optional<plugin::answer> answer;
        bool is_answered() const { return request->is_answered(); }
    };

    std::uint64_t id_of(std::uint64_t number) const { return first_ + number - 1; }

    void take(const from_worker::finished& message) {
        callbacks_.finish(id_of(message.call), message.outcome, message.json);
    }
    void take(const from_worker::finished_too_long& message) {
        callbacks_.finish_too_long(id_of(message.call), message.size);
    }
    void take(const from_worker::notified& message) {
        callbacks_.notify(id_of(message.call), message.method, message.params);
    }
    void take(const from_worker::logged& message) { callbacks_.log_line(message.severity, message.line); }
    void take(const from_worker::list_changed& message) { callbacks_.list_changed(message.kind); }
    void take(const from_worker::resource_updated& message) { callbacks_.resource_updated(message.uri); }
    void take(const auto&) {}

    asio::io_context context_{1};
    toolrack::log silent_{severity{0}};
    toolrack::clock clock_;
    plugin::events events_{.list_changed = {},
                           .resource_updated = [](std::string_view uri) { require(is_utf8(uri), "a URI is UTF-8"); },
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
                                         [](const from_worker::any& message) { host.receive(message); });
    host.end();
    return 0;
}
