#include "mcp/notifier.hpp"

#include <string>
#include <utility>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "collecting_outlet.hpp"
#include "principals.hpp"
#include "set_clock.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using mcp::notifier;
using mcp::list_kind;
using test::collecting_outlet;

namespace {

class square {
public:
    square() {
        calls.on_watch([this](std::string_view uri, bool on) { told.push_back(std::string(uri) + (on ? "+" : "-")); });
    }

    ~square() { settle(); }

    std::shared_ptr<mcp::stream_queue> box(collecting_outlet& to) { return std::make_shared<mcp::stream_queue>(to); }
    std::shared_ptr<notifier::subscription> add(collecting_outlet& to, std::set<std::string, std::less<>> uris) {
        return calls.add({ann, "1", box(to), {}, std::move(uris)});
    }
    std::shared_ptr<mcp::session> session() {
        return sessions.find(sessions.open(ann, wire::newest_legacy, "{}"), ann);
    }
    // Everything that was posted to the room before this is done by then.
    void settle() { room.call([] {}); }

    test::captured_log log;
    test::io_room room;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", room, log);
    mcp::sessions sessions{100, 30min, clock};
    notifier calls{sessions};
    std::vector<std::string> told;
    collecting_outlet to{room, wire::mirrored{}}, other{room, wire::mirrored{}};
};

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("the kinds of lists are known by the words of the contract") {
    CHECK(mcp::read_list_kind("tool") == list_kind::tools);
    CHECK(mcp::read_list_kind("prompt") == list_kind::prompts);
    CHECK(mcp::read_list_kind("resource") == list_kind::resources);
    for (const char* odd : {"", "tools", "Tool", "template"}) CHECK_FALSE(mcp::read_list_kind(odd));
}

TEST_CASE("only the first to watch a resource and the last to stop are told of") {
    square here;
    const auto first = here.add(here.to, {"a", "b"});
    here.calls.watch("a");
    const auto second = here.add(here.other, {"a"});
    CHECK(here.told == words{"a+", "b+"});
    here.calls.remove(first);
    CHECK(here.told == words{"a+", "b+", "b-"});
    here.calls.remove(second);
    CHECK(here.told.size() == 3);
    here.calls.unwatch("a");
    CHECK(here.told.back() == "a-");
    here.calls.watch("a");
    CHECK(here.told.back() == "a+");
}

TEST_CASE("what was removed or never there is not told of") {
    square here;
    const auto one = here.add(here.to, {"a"});
    here.calls.remove(one);
    here.calls.remove(one);
    here.calls.remove(nullptr);
    here.calls.unwatch("a");
    here.calls.unwatch("never");
    CHECK(here.told == words{"a+", "a-"});
}

TEST_CASE("who listens from another thread hears in the order in which it was said") {
    square here;
    const auto one = here.calls.add({here.ann, "1", here.box(here.to), {list_kind::tools}, {"a"}});
    here.calls.resource_updated("a");
    here.calls.list_changed(list_kind::tools);
    here.calls.list_changed(list_kind::prompts);
    here.settle();
    REQUIRE(here.to.notices.size() == 2);
    CHECK(here.to.notices[0] ==
          R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)"
          R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1},"uri":"a"}})");
    CHECK(here.to.notices[1] ==
          R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":)"
          R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
    here.calls.remove(one);
    here.calls.resource_updated("a");
    here.settle();
    CHECK(here.to.notices.size() == 2);
}

TEST_CASE("every legacy session hears of lists on its own stream, and of resources when it subscribed") {
    square here;
    const auto session = here.session(), deaf = here.session();
    session->subscribe("a", here.ann);
    session->standalone()->attach(here.box(here.to));
    deaf->standalone()->attach(here.box(here.other));
    here.calls.list_changed(list_kind::resources);
    here.calls.resource_updated("a");
    here.calls.resource_updated("b");
    here.settle();
    REQUIRE(here.to.notices.size() == 2);
    CHECK(here.to.notices[0] == R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed","params":{}})");
    CHECK(here.to.notices[1] == R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a"}})");
    CHECK(here.to.events == words{"0-1", "0-2"});
    CHECK(here.other.notices.size() == 1);
}

TEST_CASE("what a session was told while nobody listened is kept for it") {
    square here;
    const auto session = here.session();
    here.calls.list_changed(list_kind::tools);
    session->standalone()->attach(here.box(here.to), 0);
    here.settle();
    CHECK(here.to.notices.size() == 1);
}

TEST_CASE("a server that stops ends subscriptions with a result and sessions' streams without one") {
    square here;
    const auto one = here.add(here.to, {});
    here.session()->standalone()->attach(here.box(here.other));
    here.calls.end_all();
    here.settle();
    REQUIRE(here.to.answer);
    CHECK(here.to.answer->json ==
          R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",)"
          R"("_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
    CHECK(here.other.is_closed);
    here.calls.end_all();
    here.calls.resource_updated("a");
    here.settle();
}

TEST_CASE("there are only so many subscriptions, and one too many leaves nothing watched") {
    square here;
    const auto box = here.box(here.to);
    std::shared_ptr<notifier::subscription> last;
    for (int i = 0; i < 20'000; ++i) last = here.calls.add({here.ann, "1", box, {}, {}});
    REQUIRE(last);
    CHECK_FALSE(here.calls.add({here.ann, "1", box, {}, {"a"}}));
    if (!here.told.empty()) CHECK(here.told.back() == "a-");
    here.calls.remove(last);
    CHECK(here.calls.add({here.ann, "1", box, {}, {"a"}}));
    CHECK(here.told.back() == "a+");
}

TEST_CASE("who speaks as soon as it is told of a watcher is heard by that one") {
    square here;
    here.calls.on_watch([&](std::string_view uri, bool on) {
        if (on) here.calls.resource_updated(uri);
    });
    const auto one = here.add(here.to, {"a"});
    here.settle();
    CHECK(here.to.notices.size() == 1);
}
