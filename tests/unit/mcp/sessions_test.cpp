#include "mcp/sessions.hpp"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bytes_in_use.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "principals.hpp"
#include "set_clock.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

struct people {
    test::captured_log log;
    test::io_room room;
    identity::principal ann = test::principal_named("ann", room, log);
    identity::principal ann_with_another_token = test::principal_named("ann", room, log, R"(["a:b"])");
    identity::principal bob = test::principal_named("bob", room, log);
    identity::principal ann_of_elsewhere = test::principal_named("ann", room, log, R"(["*"])", "elsewhere");
    test::set_clock clock;
};

}  // namespace

TEST_CASE("a session is found by who made it, whatever token they show") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, R"({"name":"c"})");
    const auto found = sessions.find(name, of.ann);
    REQUIRE(found);
    CHECK(found->client() == R"({"name":"c"})");
    CHECK(&found->version() == &wire::newest_legacy);
    CHECK(found->level == mcp::log_level::info);
    CHECK(sessions.find(name, of.ann_with_another_token) == found);
}

TEST_CASE("knowing a session's name is no proof of anything") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    for (const auto* other : {&of.bob, &of.ann_of_elsewhere}) {
        CHECK_FALSE(sessions.find(name, *other));
        CHECK_FALSE(sessions.end(name, *other));
    }
    CHECK(sessions.find(name, of.ann));
}

TEST_CASE("a name that no session has finds nothing") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    for (const auto& odd : {std::string(), name + "x", name.substr(1), std::string(24, 'A'), " " + name})
        CHECK_FALSE(sessions.find(odd, of.ann));
}

TEST_CASE("names are long, unguessable and fit for a header") {
    people of;
    mcp::sessions sessions(1000, 30min, of.clock);
    std::set<std::string> names;
    for (int i = 0; i < 500; ++i) names.insert(sessions.open(of.ann, wire::newest_legacy, "{}"));
    CHECK(names.size() == 500);
    for (const auto& name : names) {
        CHECK(name.size() == 24);
        CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
    }
}

TEST_CASE("a session that was ended is gone, and cannot be ended again") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    CHECK(sessions.end(name, of.ann));
    CHECK_FALSE(sessions.find(name, of.ann));
    CHECK_FALSE(sessions.end(name, of.ann));
    CHECK(sessions.size() == 0);
}

TEST_CASE("a session that is not used for its idle time is forgotten, and use keeps it") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto idle = sessions.open(of.ann, wire::newest_legacy, "{}"),
               used = sessions.open(of.ann, wire::newest_legacy, "{}");
    of.clock.pass(30min - 1ms);
    CHECK(sessions.find(used, of.ann));
    of.clock.pass(1ms);
    CHECK_FALSE(sessions.find(idle, of.ann));
    CHECK(sessions.size() == 1);
    of.clock.pass(30min - 2ms);
    CHECK(sessions.find(used, of.ann));
    of.clock.pass(30min);
    CHECK_FALSE(sessions.find(used, of.ann));
    CHECK(sessions.size() == 0);
}

TEST_CASE("somebody who sets the clock ends no session, and keeps none alive") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    const auto then = of.clock.now();
    of.clock.set(then + 24h);
    CHECK(sessions.find(name, of.ann));
    of.clock.set(then - 24h);
    of.clock.pass(30min);
    CHECK_FALSE(sessions.find(name, of.ann));
}

TEST_CASE("somebody else's try does not keep a session alive") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    of.clock.pass(20min);
    CHECK_FALSE(sessions.find(name, of.bob));
    of.clock.pass(10min);
    CHECK_FALSE(sessions.find(name, of.ann));
}

TEST_CASE("when there are too many, the one that was not used for longest goes first") {
    people of;
    mcp::sessions sessions(3, 30min, of.clock);
    std::vector<std::string> names;
    for (int i = 0; i < 3; ++i) names.push_back(sessions.open(of.ann, wire::newest_legacy, "{}"));
    CHECK(sessions.find(names[0], of.ann));  // used: now the last to go
    const auto fourth = sessions.open(of.bob, wire::newest_legacy, "{}");
    CHECK(sessions.size() == 3);
    CHECK_FALSE(sessions.find(names[1], of.ann));
    CHECK(sessions.find(names[0], of.ann));
    CHECK(sessions.find(names[2], of.ann));
    CHECK(sessions.find(fourth, of.bob));
}

TEST_CASE("a session that was evicted lives on for the request that holds it") {
    people of;
    mcp::sessions sessions(1, 30min, of.clock);
    const auto held = sessions.find(sessions.open(of.ann, wire::newest_legacy, R"({"name":"held"})"), of.ann);
    sessions.open(of.bob, wire::newest_legacy, "{}");
    CHECK(held->client() == R"({"name":"held"})");
}

TEST_CASE("sessions may be used by many threads at once") {
    people of;
    mcp::sessions sessions(5000, 30min, of.clock);
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 300; ++n) {
                const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
                lost += !sessions.find(name, of.ann);
                if (n % 2) lost += !sessions.end(name, of.ann);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(lost == 0);
    CHECK(sessions.size() == 600);
}

TEST_CASE("any number of sessions that nobody ends take the room of as many as there may be") {
    people of;
    constexpr std::size_t most = 1000;
    // A sanitizer's allocator takes five times as long.
    constexpr int many = test::is_sanitized ? 200'000 : 1'000'000;
    mcp::sessions sessions(most, 30min, of.clock);
    const auto open = [&](int count) {
        for (int i = 0; i < count; ++i) sessions.open(of.ann, wire::newest_legacy, R"({"name":"c","capabilities":{}})");
    };
    open(10'000);
    const auto before = test::bytes_in_use();
    open(many - 10'000);
    CHECK(sessions.size() == most);
    CHECK(sessions.all().size() == most);
    CHECK(test::bytes_in_use() < before + 256 * 1024);
}

TEST_CASE("a session that is over takes no subscription, which nobody would end") {
    people of;
    mcp::sessions sessions(10, 30min, of.clock);
    const auto name = sessions.open(of.ann, wire::newest_legacy, "{}");
    const auto held = sessions.find(name, of.ann);
    CHECK(held->subscribe("a:b", of.ann));
    CHECK(sessions.end(name, of.ann));
    CHECK_FALSE(held->subscribe("a:c", of.ann));
}
