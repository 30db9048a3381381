// A plugin whose tools each violate the contract in one way.
//
// The SDK prevents most of these violations, so the tools release the call from the SDK and call the
// table of the host directly.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using namespace std::chrono_literals;
using toolrack::call;
namespace json = toolrack::json;

// The host's own functions, for one instance.
class raw_host {
public:
    explicit raw_host(const toolrack_host* host) : host_(host) {}

    void finish(toolrack_call id, toolrack_outcome outcome, std::string_view text) const {
        host_->finish(host_, id, outcome, {text.data(), text.size()});
    }
    bool cancelled(toolrack_call id) const { return host_->cancelled(host_, id); }

private:
    const toolrack_host* host_;
};

std::string text_result(std::string_view text) { return toolrack::text(text).json(); }

// Threads that are joined when the instance is destroyed.
class threads {
public:
    template <class Work>
    void run(Work work) {
        const std::lock_guard lock(mutex_);
        running_.emplace_back(std::move(work));
    }

private:
    std::mutex mutex_;
    std::vector<std::jthread> running_;
};

// Blocks its thread of the lane until the call is cancelled.
toolrack::result slow(call& c) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    const auto time = std::chrono::milliseconds(c.args().at("ms").i64());
    wake.wait_for(lock, c.stop_token(), time, [] { return false; });
    return toolrack::text(c.cancelled() ? "cancelled" : "slept");
}

// Blocks its thread of the lane and ignores the cancellation.
toolrack::result block(call& c) {
    std::this_thread::sleep_for(std::chrono::milliseconds(c.args().at("ms").i64()));
    return toolrack::text("slept");
}

toolrack::result whoami(call& c) {
    return toolrack::structured(json::object({{"subject", c.subject()},
                                              {"issuer", c.issuer()},
                                              {"scopes", json::array(c.scopes())},
                                              {"client", c.client()},
                                              {"traceparent", c.traceparent()},
                                              {"params", c.params().text()}}));
}

void set_up(toolrack::setup& s, const raw_host host) {
    using namespace toolrack;
    const schema nothing = object({});
    const auto workers = std::make_shared<threads>();

    s.tool("throws", "Throws an unexpected exception.", nothing, [](call&) -> result {
        throw std::runtime_error("internal canary 8d2f91");
    });
    s.tool("answers_twice", "Answers twice.", nothing, [host](call c) {
        const toolrack_call id = c.release();
        host.finish(id, TOOLRACK_DONE, text_result("first"));
        host.finish(id, TOOLRACK_DONE, text_result("second"));
    });
    s.tool("never_answers", "Never answers.", nothing, [](call c) { c.release(); });
    s.tool("answers_after_cancel", "Answers after the call was cancelled.", nothing, [host, workers](call c) {
        workers->run([host, id = c.release()](std::stop_token stop) {
            while (!host.cancelled(id) && !stop.stop_requested()) std::this_thread::sleep_for(5ms);
            std::this_thread::sleep_for(50ms);
            host.finish(id, TOOLRACK_DONE, text_result("too late"));
        });
    });
    s.tool("answers_bad_json", "Answers with half an object.", nothing, [host](call c) {
        host.finish(c.release(), TOOLRACK_DONE, R"({"content":[)");
    });
    s.tool("answers_huge",
           "Reports progress, and answers with the given number of bytes.",
           object({{"bytes", integer().min(0)}}),
           [](call& c) {
               c.progress(1);
               return text(std::string(c.args().at("bytes").u64(), 'x'));
           });
    s.tool("floods_the_log", "Writes many long lines.", object({{"lines", integer().min(0)}}), [log = s.log](call& c) {
        const std::string line(3000, 'y');
        for (std::uint64_t i = 0; i < c.args().at("lines").u64(); ++i) log(severity::error, line);
        return text("done");
    });
    s.tool("answers_bad_utf8", "Answers with text that is not UTF-8.", nothing, [host](call c) {
        host.finish(c.release(), TOOLRACK_DONE, "{\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}");
    });
    s.tool("foreign_id", "Answers unknown calls.", nothing, [host](call c) {
        const toolrack_call id = c.release();
        for (const toolrack_call foreign : {toolrack_call(0), id + 1, id + 1000000, ~id})
            host.finish(foreign, TOOLRACK_DONE, text_result("not mine"));
        host.finish(id, TOOLRACK_DONE, text_result("mine"));
    });
    s.tool("notifies", "Reports progress three times.", nothing, [](call& c) {
        for (const int step : {1, 2, 3}) {
            c.progress(step, 3, "step " + std::to_string(step));
            c.log(severity::info, "step " + std::to_string(step), "misbehaving");
        }
        return text("notified");
    });
    s.tool("slow", "Waits until the time is over or the call is cancelled.", object({{"ms", integer().min(0)}}), slow);
    s.tool("deaf", "Waits and ignores cancellation.", object({{"ms", integer().min(0)}}), block);
    s.tool("blocks", "Blocks, although it has the attribute quick.", object({{"ms", integer().min(0)}}), block).quick();
    s.tool("whoami", "Returns all data about the caller.", nothing, whoami);
    s.tool("finishes_unknown_outcome", "Answers with an unknown outcome.", nothing, [host](call c) {
        host.finish(c.release(), 99, text_result("in between"));
    });
    s.tool("reserved_code", "Fails with a reserved error code.", nothing, [](call& c) -> result {
        throw error(-32020, "Reserved.", json::object({{"of", c.name()}}));
    });
}

// The create() of the SDK, but the setup function also gets the host.
thread_local const toolrack_host* creating = nullptr;

void set_up_with_host(toolrack::setup& s) { set_up(s, raw_host(creating)); }

toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) noexcept {
    creating = host;
    return toolrack::detail::create(set_up_with_host, host, options, complain, context);
}

constexpr toolrack_plugin plugin = {sizeof plugin,
                                    TOOLRACK_ABI_MINOR,
                                    "org.example.misbehaving",
                                    "1.0.0",
                                    toolrack::detail::tools_without_options,
                                    create,
                                    toolrack::detail::destroy,
                                    toolrack::detail::get_extension};

}  // namespace

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
