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
using mcp::list_kind;
using mcp::notifier;
using test::collecting_outlet;

namespace {

class notifier_fixture {
public:
    notifier_fixture() {
        changes.on_watch(
            [this](std::string_view uri, bool on) { callbacks.push_back(std::string(uri) + (on ? "+" : "-")); });
    }

    ~notifier_fixture() { settle(); }

    std::shared_ptr<mcp::stream_queue> queue(collecting_outlet& to) { return std::make_shared<mcp::stream_queue>(to); }
    std::shared_ptr<notifier::subscription> add(collecting_outlet& to, std::set<std::string, std::less<>> uris) {
        return changes.add({ann, "1", queue(to), {}, std::move(uris)});
    }
    std::shared_ptr<mcp::session> session() {
        return sessions.find(sessions.open(ann, wire::newest_legacy, "{}"), ann);
    }
    // Returns when everything that was posted before has run.
    void settle() {
        io.call([] {});
    }

    test::captured_log log;
    test::io_fixture io;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", io, log);
    mcp::sessions sessions{100, 30min, clock};
    mcp::notifier changes{sessions};
    std::vector<std::string> callbacks;
    collecting_outlet to{io, wire::mirrored{}}, other{io, wire::mirrored{}};
};

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("list kinds are read from the words of the plugin contract") {
    CHECK(mcp::read_list_kind("tool") == list_kind::tools);
    CHECK(mcp::read_list_kind("prompt") == list_kind::prompts);
    CHECK(mcp::read_list_kind("resource") == list_kind::resources);
    for (const char* invalid : {"", "tools", "Tool", "template"}) CHECK_FALSE(mcp::read_list_kind(invalid));
}

TEST_CASE("the callback gets only the first subscriber of a resource and the end of the last") {
    notifier_fixture fixture;
    const auto first = fixture.add(fixture.to, {"a", "b"});
    fixture.changes.watch("a");
    const auto second = fixture.add(fixture.other, {"a"});
    CHECK(fixture.callbacks == words{"a+", "b+"});
    fixture.changes.remove(first);
    CHECK(fixture.callbacks == words{"a+", "b+", "b-"});
    fixture.changes.remove(second);
    CHECK(fixture.callbacks.size() == 3);
    fixture.changes.unwatch("a");
    CHECK(fixture.callbacks.back() == "a-");
    fixture.changes.watch("a");
    CHECK(fixture.callbacks.back() == "a+");
}

TEST_CASE("removing a subscription twice, or one that never existed, has no effect") {
    notifier_fixture fixture;
    const auto one = fixture.add(fixture.to, {"a"});
    fixture.changes.remove(one);
    fixture.changes.remove(one);
    fixture.changes.remove(nullptr);
    fixture.changes.unwatch("a");
    fixture.changes.unwatch("never");
    CHECK(fixture.callbacks == words{"a+", "a-"});
}

TEST_CASE("a subscriber on another thread gets notifications in order") {
    notifier_fixture fixture;
    const auto one = fixture.changes.add({fixture.ann, "1", fixture.queue(fixture.to), {list_kind::tools}, {"a"}});
    fixture.changes.resource_updated("a");
    fixture.changes.list_changed(list_kind::tools);
    fixture.changes.list_changed(list_kind::prompts);
    fixture.settle();
    REQUIRE(fixture.to.notices.size() == 2);
    CHECK(fixture.to.notices[0] == R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)"
                                   R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1},"uri":"a"}})");
    CHECK(fixture.to.notices[1] == R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":)"
                                   R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
    fixture.changes.remove(one);
    fixture.changes.resource_updated("a");
    fixture.settle();
    CHECK(fixture.to.notices.size() == 2);
}

TEST_CASE("every legacy session gets list changes on its standalone stream, and updates of subscribed resources") {
    notifier_fixture fixture;
    const auto session = fixture.session(), deaf = fixture.session();
    session->subscribe("a", fixture.ann);
    session->standalone()->attach(fixture.queue(fixture.to));
    deaf->standalone()->attach(fixture.queue(fixture.other));
    fixture.changes.list_changed(list_kind::resources);
    fixture.changes.resource_updated("a");
    fixture.changes.resource_updated("b");
    fixture.settle();
    REQUIRE(fixture.to.notices.size() == 2);
    CHECK(fixture.to.notices[0] == R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed","params":{}})");
    CHECK(fixture.to.notices[1] ==
          R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a"}})");
    CHECK(fixture.to.events == words{"0-1", "0-2"});
    CHECK(fixture.other.notices.size() == 1);
}

TEST_CASE("notifications for a session without a connection are kept") {
    notifier_fixture fixture;
    const auto session = fixture.session();
    fixture.changes.list_changed(list_kind::tools);
    session->standalone()->attach(fixture.queue(fixture.to), 0);
    fixture.settle();
    CHECK(fixture.to.notices.size() == 1);
}

TEST_CASE("shutdown ends subscriptions with a result and standalone streams without one") {
    notifier_fixture fixture;
    const auto one = fixture.add(fixture.to, {});
    fixture.session()->standalone()->attach(fixture.queue(fixture.other));
    fixture.changes.end_all();
    fixture.settle();
    REQUIRE(fixture.to.answer);
    CHECK(fixture.to.answer->json == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",)"
                                     R"("_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
    CHECK(fixture.other.is_closed);
    fixture.changes.end_all();
    fixture.changes.resource_updated("a");
    fixture.settle();
}

TEST_CASE("there are at most 20,000 subscriptions, and one that is refused watches nothing") {
    notifier_fixture fixture;
    const auto queue = fixture.queue(fixture.to);
    std::shared_ptr<notifier::subscription> last;
    for (int i = 0; i < 20'000; ++i) last = fixture.changes.add({fixture.ann, "1", queue, {}, {}});
    REQUIRE(last);
    CHECK_FALSE(fixture.changes.add({fixture.ann, "1", queue, {}, {"a"}}));
    if (!fixture.callbacks.empty()) CHECK(fixture.callbacks.back() == "a-");
    fixture.changes.remove(last);
    CHECK(fixture.changes.add({fixture.ann, "1", queue, {}, {"a"}}));
    CHECK(fixture.callbacks.back() == "a+");
}

TEST_CASE("an update reported from the watch callback reaches the new subscriber") {
    notifier_fixture fixture;
    fixture.changes.on_watch([&](std::string_view uri, bool on) {
        if (on) fixture.changes.resource_updated(uri);
    });
    const auto one = fixture.add(fixture.to, {"a"});
    fixture.settle();
    CHECK(fixture.to.notices.size() == 1);
}
