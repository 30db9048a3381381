#include "plugin/lane.hpp"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using plugin::lane;

namespace {

// Work that lasts until it is let go, and tells when it has begun.
class held_work {
public:
    std::function<void()> work() {
        return [state = state_] {
            state->begun.set_value();
            state->let_go.get_future().wait();
        };
    }
    void has_begun() { state_->begun.get_future().wait(); }
    void let_go() { state_->let_go.set_value(); }

private:
    struct state {
        std::promise<void> begun, let_go;
    };
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace

TEST_CASE("work that is given is done, on a thread of the lane's own") {
    lane one("orders", 2, 4);
    std::promise<std::thread::id> where;
    CHECK(one.give([&] { where.set_value(std::this_thread::get_id()); }));
    CHECK(where.get_future().get() != std::this_thread::get_id());
    CHECK(one.close(1min) == 0);
}

TEST_CASE("a full lane refuses, and takes work again when it has room") {
    lane one("full", 1, 2);
    held_work holds;
    REQUIRE(one.give(holds.work()));
    holds.has_begun();
    std::atomic<int> done = 0;
    CHECK(one.give([&] { ++done; }));
    CHECK(one.give([&] { ++done; }));
    CHECK_FALSE(one.give([&] { done += 100; }));

    std::promise<void> again;
    holds.let_go();
    while (!one.give([&] { again.set_value(); })) std::this_thread::yield();
    again.get_future().wait();
    CHECK(done == 2);
    CHECK(one.close(1min) == 0);
}

// CONTRACT.md, H6.
TEST_CASE("a lane has no more threads than it was given, and uses them all") {
    lane one("threads", 3, 10);
    held_work a, b, c;
    CHECK(one.give(a.work()));
    CHECK(one.give(b.work()));
    CHECK(one.give(c.work()));
    a.has_begun(), b.has_begun(), c.has_begun();  // all at the same time

    std::atomic<bool> fourth = false;
    CHECK(one.give([&] { fourth = true; }));
    CHECK_FALSE(fourth);
    a.let_go(), b.let_go(), c.let_go();
    while (!fourth) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
}

TEST_CASE("one thread does its work in the order in which it came") {
    lane one("order", 1, 100);
    held_work first;
    std::string done;
    std::promise<void> last;
    REQUIRE(one.give(first.work()));
    first.has_begun();
    for (char c = 'a'; c <= 'z'; ++c) REQUIRE(one.give([&done, c] { done += c; }));
    REQUIRE(one.give([&] { last.set_value(); }));
    first.let_go();
    last.get_future().wait();
    CHECK(done == "abcdefghijklmnopqrstuvwxyz");
    CHECK(one.close(1min) == 0);
}

TEST_CASE("a slow lane does not keep another from working") {
    lane slow("slow", 1, 1), other("other", 1, 1);
    held_work holds;
    REQUIRE(slow.give(holds.work()));
    holds.has_begun();
    std::promise<void> done;
    REQUIRE(other.give([&] { done.set_value(); }));
    done.get_future().wait();
    CHECK(other.close(1min) == 0);
    holds.let_go();
}

TEST_CASE("closing waits for the threads and takes no more work") {
    lane one("close", 2, 4);
    std::promise<void> done;
    REQUIRE(one.give([&] { done.set_value(); }));
    done.get_future().wait();
    CHECK(one.close(1min) == 0);
    CHECK_FALSE(one.give([] {}));
    CHECK(one.close(1min) == 0);
}

TEST_CASE("closing does not wait longer than it may for a thread that is stuck, and counts it") {
    held_work stuck;
    std::atomic<bool> forgotten = true;
    {
        lane one("stuck", 1, 4);
        REQUIRE(one.give(stuck.work()));
        stuck.has_begun();
        REQUIRE(one.give([&] { forgotten = false; }));
        CHECK(one.close(10ms) == 1);
        stuck.let_go();
        CHECK(one.close(1min) == 0);
    }
    CHECK(forgotten);  // what had not begun never does
}

TEST_CASE("a lane may go while a thread of it is stuck") {
    auto stuck = std::make_unique<held_work>();
    std::promise<void> gone;
    {
        lane one("leaves", 1, 1);
        // What the work holds lives as long as the work.
        REQUIRE(one.give([work = stuck->work(),
                          last = std::shared_ptr<void>(nullptr, [&](void*) { gone.set_value(); })] {
            work();
        }));
        stuck->has_begun();
    }
    stuck->let_go();
    auto end = gone.get_future();
    CHECK(end.wait_for(1min) == std::future_status::ready);
}

TEST_CASE("what work holds is let go of as soon as it is done") {
    lane one("holds", 1, 1);
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    REQUIRE(one.give([held = std::move(held)] {}));
    while (!seen.expired()) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
}

TEST_CASE("threads of a lane leave signals to the main thread") {
    lane one("signals", 1, 1);
    std::promise<bool> blocked;
    REQUIRE(one.give([&] {
        sigset_t now;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
        blocked.set_value(sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGINT) == 1 &&
                          sigismember(&now, SIGHUP) == 1);
    }));
    CHECK(blocked.get_future().get());
    CHECK(one.close(1min) == 0);

    sigset_t ours;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &ours);
    CHECK(sigismember(&ours, SIGTERM) == 0);  // and the giver's own are as they were
}

TEST_CASE("a lane that is given work from many threads loses none and doubles none") {
    lane one("many", 4, 16);
    constexpr int givers = 4, each = 500;
    std::atomic<int> done = 0, taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < givers; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
                while (!one.give([&] { ++done; })) std::this_thread::yield();
                ++taken;
            }
        });
    for (auto& thread : threads) thread.join();
    while (done < givers * each) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
    CHECK(taken == givers * each);
    CHECK(done == givers * each);
}
