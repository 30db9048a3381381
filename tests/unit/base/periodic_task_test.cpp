#include "base/periodic_task.hpp"

#include <future>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

TEST_CASE("a periodic task runs repeatedly on its own thread") {
    std::promise<std::thread::id> third;
    int looks = 0;
    auto looked = third.get_future();
    const periodic_task watching(1ms, [&] {
        if (++looks == 3) third.set_value(std::this_thread::get_id());
    });
    REQUIRE(looked.wait_for(1min) == std::future_status::ready);
    CHECK(looked.get() != std::this_thread::get_id());
}

TEST_CASE("the destructor of a periodic task waits for a run in progress and starts no other") {
    int looks = 0;
    {
        const periodic_task never(1h, [&] { ++looks; });
    }
    CHECK(looks == 0);

    std::promise<void> begun;
    bool is_over = false;
    {
        const periodic_task slow(1ms, [&] {
            if (!is_over) begun.set_value();
            std::this_thread::yield();
            is_over = true;
        });
        begun.get_future().wait();
    }
    CHECK(is_over);
}
