// A valid plugin that sends the notifications and input requests that its caller names, and returns
// the watch() calls and the cancellations that it received.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

class watch_list {
public:
    void note(std::string_view uri, bool on) {
        const std::lock_guard lock(mutex_);
        noted_.push_back((on ? "+ " : "- ") + std::string(uri));
    }
    json::text take() {
        const std::lock_guard lock(mutex_);
        const json::text all = json::array(noted_);
        noted_.clear();
        return all;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> noted_;
};

result read_back(call& c) { return resource_text(c.name(), c.variable("path")); }

// The numbers up to 150 that start with the typed text.
std::vector<std::string> numbers(call&, std::string_view, std::string_view typed) {
    std::vector<std::string> fit;
    for (int number = 1; number <= 150; ++number)
        if (std::to_string(number).starts_with(typed)) fit.push_back(std::to_string(number));
    return fit;
}

result visit(call& c) {
    const auto response = c.responses().find("page");
    const auto action = response ? response->find("action") : std::nullopt;
    if (action && action->is_string()) return text("page: " + action->str());
    return elicit_url("page", "Sign in, please.", "https://example.com/sign-in?state=1");
}

void offer_notifications(setup& s, const std::shared_ptr<watch_list>& watched) {
    s.tool("change", "Reports a changed list.", object({{"kind", string()}}), [changes = s.changes()](call& c) {
        changes.list_changed(c.args().at("kind").str());
        return text("reported");
    });
    s.tool("update",
           "Reports an updated resource, the given number of times.",
           object({{"uri", string()}, {"times", optional(integer().min(1))}}),
           [changes = s.changes()](call& c) {
               const auto times = c.args().find("times");
               const std::string uri = c.args().at("uri").str();
               for (std::int64_t n = times ? times->i64() : 1; n > 0; --n) changes.resource_updated(uri);
               return text("reported");
           });
    s.tool("watched", "Returns the watch() calls since the last call.", object({}), [watched](call&) {
        return text(watched->take().str());
    });
}

// Waits until the call is cancelled.
result linger(call& c) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, c.stop_token(), [] { return false; });
    return text("cancelled");
}

void offer_waiting_calls(setup& s) {
    const auto lingering = std::make_shared<std::atomic<int>>(0);
    s.tool("linger", "Waits until it is cancelled.", object({}), [lingering](call& c) {
         ++*lingering;
         const result cancelled = linger(c);
         --*lingering;
         return cancelled;
     }).task("optional");
    s.tool("lingering", "Returns the number of waiting calls.", object({}), [lingering](call&) {
         return text(std::to_string(*lingering));
     }).quick();
}

void offer_questions(setup& s) {
    s.tool("visit", "Requests the user to visit a page.", object({}), visit);
    s.tool("asks",
           "Sends an input request with the given method in every round.",
           object({{"method", string()}}),
           [](call& c) { return ask("answer", c.args().at("method").str(), json::object()); });
}

}  // namespace

TOOLRACK_PLUGIN("org.example.notifying", "1.0.0")(toolrack::setup& s) {
    const auto watched = std::make_shared<watch_list>();
    s.on_watch([watched](std::string_view uri, bool on) { watched->note(uri, on); });

    offer_notifications(s, watched);
    offer_questions(s);
    offer_waiting_calls(s);
    for (const char* uri : {"talk://a", "talk://b"}) s.resource(uri, uri, "text/plain", read_back);
    s.template_("talk://tree/{+path}", "tree", "text/plain", read_back).complete(numbers);
    s.prompt("count", "Counts.", {{"from"}}, [](call& c) { return user(c.args().at("from").str()); }).complete(numbers);
}
