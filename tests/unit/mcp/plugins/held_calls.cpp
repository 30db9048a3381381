// Calls that wait until another call releases them, so that tests need no delays.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

class held_calls {
public:
    explicit held_calls(toolrack::log log) : log_(log) {}

    void hold(call c) {
        if (c.responses().size() != 0 || !c.state().is_null()) {
            const auto name = c.responses().find("name");
            c.finish(text("Hello, " + (name ? name->at("content").at("name").str() : "again")));
            return;
        }
        auto hook = c.on_cancel([log = log_] { log(severity::info, "cancelled"); });
        c.progress(1, 2, "held");
        if (c.args().find("hang_up")) c.notify("toolrack/poll", json::object());
        {
            const std::lock_guard lock(mutex_);
            held_.push_back({std::move(c), std::move(hook)});
        }
        changed_.notify_one();
        log_(severity::info, "held");
    }

    // Waits for a held call, which may not have arrived yet.
    result release(const std::string& how) {
        auto one = take();
        call& c = one.asked;
        if (how == "speak") {
            c.progress(2, 2, "speaking");
            const std::lock_guard lock(mutex_);
            held_.push_front(std::move(one));
            return text("spoken");
        }
        one.hook = nullptr;
        if (how == "done") c.finish(text("done"));
        if (how == "tool error") c.finish(text("broken").as_error());
        if (how == "failure") c.fail(-32000, "It is lost.");
        if (how == "go on") c.finish(input_required().with_state("once more"));
        if (how == "ask oddly") c.finish(ask("odd", "no/such", json::object()));
        if (how == "ask") c.finish(elicit("name", "Who?", object({{"name", string()}})));
        if (how == "ask twice")
            c.finish(elicit("name", "Who?", object({{"name", string()}}))
                         .also(elicit("again", "Who?", object({{"name", string()}}))));
        return text("released");
    }

private:
    struct held_call {
        call asked;
        cancel_hook hook;
    };

    held_call take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !held_.empty(); }))
            throw tool_error("nothing is held");
        auto first = std::move(held_.front());
        held_.pop_front();
        return first;
    }

    toolrack::log log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<held_call> held_;
};

}  // namespace

TOOLRACK_PLUGIN("org.example.held-calls", "1.0.0")(toolrack::setup& s) {
    const auto all = std::make_shared<held_calls>(s.log);
    const schema nothing = object({});
    const auto hold = [all](call c) { all->hold(std::move(c)); };
    s.tool("hold", "May be a task", nothing, hold).task("optional");
    s.tool("hold_long", "Must be a task", nothing, hold).task("required");
    s.tool("hold_here", "Is never a task", nothing, hold);
    s.tool("at_once", "May be a task, and never is", nothing, [](call&) { return text("at once"); }).task("optional");
    s.tool("release", "Ends the first call that is held", object({{"how", string()}}), [all](call& c) {
        return all->release(c.args().at("how").str());
    });
}
