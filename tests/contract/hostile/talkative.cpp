// A plugin that behaves, and says and asks whatever it is told to: that something changed, how often,
// and what of the client. It tells, too, what the host told it: who watches, and who is gone.
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
        said_.push_back((on ? "+ " : "- ") + std::string(uri));
    }
    json::text taken() {
        const std::lock_guard lock(mutex_);
        const json::text all = json::array(said_);
        said_.clear();
        return all;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> said_;
};

result read_back(call& c) {
    return resource_text(c.name(), c.variable("path"));
}

// Numbers to a hundred and fifty that begin with what was typed.
std::vector<std::string> numbers(call&, std::string_view, std::string_view typed) {
    std::vector<std::string> fit;
    for (int number = 1; number <= 150; ++number)
        if (std::to_string(number).starts_with(typed)) fit.push_back(std::to_string(number));
    return fit;
}

result visit(call& c) {
    const auto went = c.responses().find("page");
    const auto action = went ? went->find("action") : std::nullopt;
    if (action && action->is_string()) return text("page: " + action->str());
    return elicit_url("page", "Sign in, please.", "https://example.com/sign-in?state=1");
}

void offer_voices(setup& s, const std::shared_ptr<watch_list>& watched) {
    s.tool("change",
           "Says that a list changed.",
           object({{"kind", string()}}),
           [changes = s.changes()](call& c) {
               changes.list_changed(c.args().at("kind").str());
               return text("said");
           });
    s.tool("update",
           "Says that a resource changed, as often as it is told.",
           object({{"uri", string()}, {"times", optional(integer().min(1))}}),
           [changes = s.changes()](call& c) {
               const auto times = c.args().find("times");
               const std::string uri = c.args().at("uri").str();
               for (std::int64_t n = times ? times->i64() : 1; n > 0; --n)
                   changes.resource_updated(uri);
               return text("said");
           });
    s.tool("watched", "Tells who began and ended to watch since it was last asked.", object({}), [watched](call&) {
        return text(watched->taken().str());
    });
}

// Until nobody waits any more.
result linger(call& c) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, c.stop_token(), [] { return false; });
    return text("gone");
}

void offer_patience(setup& s) {
    const auto lingering = std::make_shared<std::atomic<int>>(0);
    s.tool("linger", "Waits until it is cancelled.", object({}), [lingering](call& c) {
         ++*lingering;
         const result gone = linger(c);
         --*lingering;
         return gone;
     }).task("optional");
    s.tool("lingering", "Tells how many calls wait.", object({}), [lingering](call&) {
         return text(std::to_string(*lingering));
     }).quick();
}

void offer_questions(setup& s) {
    s.tool("visit", "Asks the person to visit a page.", object({}), visit);
    s.tool("asks", "Asks the client for any method, again and again.", object({{"method", string()}}), [](call& c) {
        return ask("answer", c.args().at("method").str(), json::object());
    });
}

}  // namespace

TOOLRACK_PLUGIN("org.example.talkative", "1.0.0")(toolrack::setup& s) {
    const auto watched = std::make_shared<watch_list>();
    s.on_watch([watched](std::string_view uri, bool on) { watched->note(uri, on); });

    offer_voices(s, watched);
    offer_questions(s);
    offer_patience(s);
    for (const char* uri : {"talk://a", "talk://b"}) s.resource(uri, uri, "text/plain", read_back);
    s.template_("talk://tree/{+path}", "tree", "text/plain", read_back).complete(numbers);
    s.prompt("count", "Counts.", {{"from"}}, [](call& c) { return user(c.args().at("from").str()); })
        .complete(numbers);
}
