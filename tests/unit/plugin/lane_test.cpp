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

// Work that blocks until it is released.
class blocking_work {
public:
    std::function<void()> work() {
        return [state = state_] {
            state->started.set_value();
            state->release.get_future().wait();
        };
    }
    void wait_for_start() { state_->started.get_future().wait(); }
    void release() { state_->release.set_value(); }

private:
    struct state {
        std::promise<void> started, release;
    };
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace

TEST_CASE("work runs on a thread of the lane") {
    lane one("orders", 2, 4);
    std::promise<std::thread::id> where;
    CHECK(one.try_post([&] { where.set_value(std::this_thread::get_id()); }));
    CHECK(where.get_future().get() != std::this_thread::get_id());
    CHECK(one.close(1min) == 0);
}

TEST_CASE("a full lane refuses work, and accepts it again when it has room") {
    lane one("full", 1, 2);
    blocking_work work;
    REQUIRE(one.try_post(work.work()));
    work.wait_for_start();
    std::atomic<int> done = 0;
    CHECK(one.try_post([&] { ++done; }));
    CHECK(one.try_post([&] { ++done; }));
    CHECK_FALSE(one.try_post([&] { done += 100; }));

    std::promise<void> again;
    work.release();
    while (!one.try_post([&] { again.set_value(); })) std::this_thread::yield();
    again.get_future().wait();
    CHECK(done == 2);
    CHECK(one.close(1min) == 0);
}

// CONTRACT.md, H6.
TEST_CASE("a lane uses all of its threads, and never more") {
    lane one("threads", 3, 10);
    blocking_work a, b, c;
    CHECK(one.try_post(a.work()));
    CHECK(one.try_post(b.work()));
    CHECK(one.try_post(c.work()));
    a.wait_for_start(), b.wait_for_start(), c.wait_for_start();  // all at the same time

    std::atomic<bool> fourth = false;
    CHECK(one.try_post([&] { fourth = true; }));
    CHECK_FALSE(fourth);
    a.release(), b.release(), c.release();
    while (!fourth) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
}

TEST_CASE("a lane with one thread runs work in order") {
    lane one("order", 1, 100);
    blocking_work first;
    std::string done;
    std::promise<void> last;
    REQUIRE(one.try_post(first.work()));
    first.wait_for_start();
    for (char c = 'a'; c <= 'z'; ++c) REQUIRE(one.try_post([&done, c] { done += c; }));
    REQUIRE(one.try_post([&] { last.set_value(); }));
    first.release();
    last.get_future().wait();
    CHECK(done == "abcdefghijklmnopqrstuvwxyz");
    CHECK(one.close(1min) == 0);
}

TEST_CASE("a blocked lane does not block another") {
    lane slow("slow", 1, 1), other("other", 1, 1);
    blocking_work work;
    REQUIRE(slow.try_post(work.work()));
    work.wait_for_start();
    std::promise<void> done;
    REQUIRE(other.try_post([&] { done.set_value(); }));
    done.get_future().wait();
    CHECK(other.close(1min) == 0);
    work.release();
}

TEST_CASE("close waits for the threads, and refuses more work") {
    lane one("close", 2, 4);
    std::promise<void> done;
    REQUIRE(one.try_post([&] { done.set_value(); }));
    done.get_future().wait();
    CHECK(one.close(1min) == 0);
    CHECK_FALSE(one.try_post([] {}));
    CHECK(one.close(1min) == 0);
}

TEST_CASE("close waits for a blocked thread at most for its grace, and counts it") {
    blocking_work blocked;
    std::atomic<bool> dropped = true;
    {
        lane one("blocked", 1, 4);
        REQUIRE(one.try_post(blocked.work()));
        blocked.wait_for_start();
        REQUIRE(one.try_post([&] { dropped = false; }));
        CHECK(one.close(10ms) == 1);
        blocked.release();
        CHECK(one.close(1min) == 0);
    }
    CHECK(dropped);  // queued work never starts
}

TEST_CASE("a lane can be destroyed while one of its threads is blocked") {
    auto blocked = std::make_unique<blocking_work>();
    std::promise<void> destroyed;
    {
        lane one("leaves", 1, 1);
        // The captures live as long as the work.
        REQUIRE(one.try_post([work = blocked->work(), last = std::shared_ptr<void>(nullptr, [&](void*) {
                                                          destroyed.set_value();
                                                      })] { work(); }));
        blocked->wait_for_start();
    }
    blocked->release();
    auto end = destroyed.get_future();
    CHECK(end.wait_for(1min) == std::future_status::ready);
}

TEST_CASE("the captures of work are destroyed when it returns") {
    lane one("work", 1, 1);
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    REQUIRE(one.try_post([held = std::move(held)] {}));
    while (!seen.expired()) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
}

TEST_CASE("threads of a lane block all signals") {
    lane one("signals", 1, 1);
    std::promise<bool> blocked;
    REQUIRE(one.try_post([&] {
        sigset_t now;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
        blocked.set_value(sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGINT) == 1 &&
                          sigismember(&now, SIGHUP) == 1);
    }));
    CHECK(blocked.get_future().get());
    CHECK(one.close(1min) == 0);

    sigset_t ours;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &ours);
    CHECK(sigismember(&ours, SIGTERM) == 0);  // the mask of the posting thread is unchanged
}

TEST_CASE("work that several threads post runs exactly once") {
    lane one("many", 4, 16);
    constexpr int posters = 4, each = 500;
    std::atomic<int> done = 0, taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < posters; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
                while (!one.try_post([&] { ++done; })) std::this_thread::yield();
                ++taken;
            }
        });
    for (auto& thread : threads) thread.join();
    while (done < posters * each) std::this_thread::yield();
    CHECK(one.close(1min) == 0);
    CHECK(taken == posters * each);
    CHECK(done == posters * each);
}
