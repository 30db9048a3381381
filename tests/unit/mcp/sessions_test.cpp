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

struct sessions_fixture {
    test::captured_log log;
    test::io_fixture io;
    identity::principal ann = test::principal_named("ann", io, log);
    identity::principal ann_with_another_token = test::principal_named("ann", io, log, R"(["a:b"])");
    identity::principal bob = test::principal_named("bob", io, log);
    identity::principal ann_of_elsewhere = test::principal_named("ann", io, log, R"(["*"])", "elsewhere");
    test::set_clock clock;
};

}  // namespace

TEST_CASE("a session is found by its principal, with any token") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, R"({"name":"c"})");
    const auto found = sessions.find(name, fixture.ann);
    REQUIRE(found);
    CHECK(found->client() == R"({"name":"c"})");
    CHECK(&found->version() == &wire::newest_legacy);
    CHECK(found->level == mcp::log_level::info);
    CHECK(sessions.find(name, fixture.ann_with_another_token) == found);
}

TEST_CASE("the id of a session does not give access to it") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    for (const auto* other : {&fixture.bob, &fixture.ann_of_elsewhere}) {
        CHECK_FALSE(sessions.find(name, *other));
        CHECK_FALSE(sessions.end(name, *other));
    }
    CHECK(sessions.find(name, fixture.ann));
}

TEST_CASE("an unknown id finds no session") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    for (const auto& invalid : {std::string(), name + "x", name.substr(1), std::string(24, 'A'), " " + name})
        CHECK_FALSE(sessions.find(invalid, fixture.ann));
}

TEST_CASE("session ids are random and valid in a header") {
    sessions_fixture fixture;
    mcp::sessions sessions(1000, 30min, fixture.clock);
    std::set<std::string> names;
    for (int i = 0; i < 500; ++i) names.insert(sessions.open(fixture.ann, wire::newest_legacy, "{}"));
    CHECK(names.size() == 500);
    for (const auto& name : names) {
        CHECK(name.size() == 24);
        CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
    }
}

TEST_CASE("an ended session is not found and cannot be ended again") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    CHECK(sessions.end(name, fixture.ann));
    CHECK_FALSE(sessions.find(name, fixture.ann));
    CHECK_FALSE(sessions.end(name, fixture.ann));
    CHECK(sessions.size() == 0);
}

TEST_CASE("a session is removed after its idle time, and use keeps it") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto idle = sessions.open(fixture.ann, wire::newest_legacy, "{}"),
               used = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    fixture.clock.pass(30min - 1ms);
    CHECK(sessions.find(used, fixture.ann));
    fixture.clock.pass(1ms);
    CHECK_FALSE(sessions.find(idle, fixture.ann));
    CHECK(sessions.size() == 1);
    fixture.clock.pass(30min - 2ms);
    CHECK(sessions.find(used, fixture.ann));
    fixture.clock.pass(30min);
    CHECK_FALSE(sessions.find(used, fixture.ann));
    CHECK(sessions.size() == 0);
}

TEST_CASE("setting the wall clock neither ends nor keeps a session") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    const auto then = fixture.clock.now();
    fixture.clock.set(then + 24h);
    CHECK(sessions.find(name, fixture.ann));
    fixture.clock.set(then - 24h);
    fixture.clock.pass(30min);
    CHECK_FALSE(sessions.find(name, fixture.ann));
}

TEST_CASE("an attempt by another principal does not keep a session") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    fixture.clock.pass(20min);
    CHECK_FALSE(sessions.find(name, fixture.bob));
    fixture.clock.pass(10min);
    CHECK_FALSE(sessions.find(name, fixture.ann));
}

TEST_CASE("the least recently used session makes room for a new one") {
    sessions_fixture fixture;
    mcp::sessions sessions(3, 30min, fixture.clock);
    std::vector<std::string> names;
    for (int i = 0; i < 3; ++i) names.push_back(sessions.open(fixture.ann, wire::newest_legacy, "{}"));
    CHECK(sessions.find(names[0], fixture.ann));  // now the most recently used
    const auto fourth = sessions.open(fixture.bob, wire::newest_legacy, "{}");
    CHECK(sessions.size() == 3);
    CHECK_FALSE(sessions.find(names[1], fixture.ann));
    CHECK(sessions.find(names[0], fixture.ann));
    CHECK(sessions.find(names[2], fixture.ann));
    CHECK(sessions.find(fourth, fixture.bob));
}

TEST_CASE("a principal that opens too many sessions only loses its own") {
    sessions_fixture fixture;
    mcp::sessions sessions(1000, 30min, fixture.clock);
    CHECK(sessions.max_of_principal() == 100);
    const auto of_bob = sessions.open(fixture.bob, wire::newest_legacy, "{}");
    const auto first = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    std::string last;
    for (int i = 0; i < 100; ++i) last = sessions.open(fixture.ann_with_another_token, wire::newest_legacy, "{}");
    CHECK(sessions.size() == 101);
    CHECK_FALSE(sessions.find(first, fixture.ann));
    CHECK(sessions.find(last, fixture.ann));
    CHECK(sessions.find(of_bob, fixture.bob));
}

TEST_CASE("a session in use is not ended for another one") {
    sessions_fixture fixture;
    mcp::sessions sessions(2, 30min, fixture.clock);
    const auto with_call = sessions.open(fixture.ann, wire::newest_legacy, "{}"),
               unused = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    bool is_cancelled = false;
    sessions.find(with_call, fixture.ann)->add_call("1", [&] { is_cancelled = true; });
    (void)sessions.find(unused, fixture.ann);
    const auto third = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    CHECK_FALSE(third.empty());
    CHECK_FALSE(sessions.find(unused, fixture.ann));
    sessions.find(third, fixture.ann)->add_call("1", [&] { is_cancelled = true; });
    CHECK(sessions.open(fixture.ann, wire::newest_legacy, "{}").empty());
    CHECK(sessions.open(fixture.bob, wire::newest_legacy, "{}").empty());
    CHECK(sessions.find(with_call, fixture.ann));
    CHECK_FALSE(is_cancelled);
}

TEST_CASE("where there are too many sessions in total, the principal with most of them makes room") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto of_bob = sessions.open(fixture.bob, wire::newest_legacy, "{}");
    std::vector<std::string> of_ann;
    for (int i = 0; i < 9; ++i) of_ann.push_back(sessions.open(fixture.ann, wire::newest_legacy, "{}"));
    CHECK_FALSE(sessions.open(fixture.ann_of_elsewhere, wire::newest_legacy, "{}").empty());
    CHECK_FALSE(sessions.open(fixture.bob, wire::newest_legacy, "{}").empty());
    CHECK(sessions.size() == 10);
    CHECK(sessions.find(of_bob, fixture.bob));
    CHECK_FALSE(sessions.find(of_ann[0], fixture.ann));
    CHECK_FALSE(sessions.find(of_ann[1], fixture.ann));
    CHECK(sessions.find(of_ann[2], fixture.ann));
}

TEST_CASE("a removed session lives until its last request ends") {
    sessions_fixture fixture;
    mcp::sessions sessions(1, 30min, fixture.clock);
    const auto held = sessions.find(sessions.open(fixture.ann, wire::newest_legacy, R"({"name":"held"})"), fixture.ann);
    sessions.open(fixture.bob, wire::newest_legacy, "{}");
    CHECK(held->client() == R"({"name":"held"})");
}

TEST_CASE("sessions can be used by many threads at once") {
    sessions_fixture fixture;
    mcp::sessions sessions(10'000, 30min, fixture.clock);
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 300; ++n) {
                const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
                lost += !sessions.find(name, fixture.ann);
                if (n % 2) lost += !sessions.end(name, fixture.ann);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(lost == 0);
    CHECK(sessions.size() == 600);
}

TEST_CASE("the memory of sessions is bounded by their maximum number") {
    sessions_fixture fixture;
    constexpr std::size_t most = 1000;
    // A sanitizer's allocator takes five times as long.
    constexpr int many = test::is_sanitized ? 200'000 : 1'000'000;
    mcp::sessions sessions(most, 30min, fixture.clock);
    const auto open = [&](int count) {
        for (int i = 0; i < count; ++i)
            sessions.open(fixture.ann, wire::newest_legacy, R"({"name":"c","capabilities":{}})");
    };
    open(10'000);
    const auto before = test::bytes_in_use();
    open(many - 10'000);
    CHECK(sessions.size() == sessions.max_of_principal());
    CHECK(sessions.all().size() == sessions.max_of_principal());
    CHECK(test::bytes_in_use() < before + 256 * 1024);
}

TEST_CASE("an ended session accepts no subscription") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    const auto held = sessions.find(name, fixture.ann);
    CHECK(held->subscribe("a:b", fixture.ann));
    CHECK(sessions.end(name, fixture.ann));
    CHECK_FALSE(held->subscribe("a:c", fixture.ann));
}

TEST_CASE("subscriptions stop where the principal would hold too much memory") {
    sessions_fixture fixture;
    const auto held = std::make_shared<mcp::held_bytes>(100'000, 10'000);
    mcp::sessions sessions(10, 30min, fixture.clock, held);
    const auto session = sessions.find(sessions.open(fixture.ann, wire::newest_legacy, "{}"), fixture.ann);
    std::size_t count = 0;
    while (session->subscribe("a:" + std::string(1000, 'x') + std::to_string(count), fixture.ann)) ++count;
    CHECK(count > 1);
    CHECK(count < 10);
    CHECK(held->total() <= 10'000);
    const auto of_bob = sessions.find(sessions.open(fixture.bob, wire::newest_legacy, "{}"), fixture.bob);
    CHECK(of_bob->subscribe("a:b", fixture.bob));
    CHECK(session->unsubscribe("a:" + std::string(1000, 'x') + "0"));
    CHECK(session->subscribe("a:b", fixture.ann));
}

TEST_CASE("a call that begins after its session ended is cancelled at once") {
    sessions_fixture fixture;
    mcp::sessions sessions(10, 30min, fixture.clock);
    const auto name = sessions.open(fixture.ann, wire::newest_legacy, "{}");
    const auto session = sessions.find(name, fixture.ann);
    int before = 0, after = 0;
    session->add_call("1", [&] { ++before; });
    CHECK(sessions.end(name, fixture.ann));
    CHECK(before == 1);
    session->add_call("2", [&] { ++after; });
    CHECK(after == 1);
    session->cancel_call("2");
    CHECK(after == 1);
}
