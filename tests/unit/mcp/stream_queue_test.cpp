#include "mcp/stream_queue.hpp"

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "collecting_outlet.hpp"

using namespace toolrack;
using test::collecting_outlet;

namespace {

// A request that waits, seen from a thread that is not its own.
struct away {
    test::io_room room;
    collecting_outlet to{room, wire::mirrored{}};
    std::shared_ptr<mcp::stream_queue> box = room.call([this] { return std::make_shared<mcp::stream_queue>(to); });

    void settle() { room.call([] {}); }

    // Keeps the I/O thread busy until it is let go, so that what is posted waits.
    class hold {
    public:
        explicit hold(away& of) {
            asio::post(of.room.get_executor(), [go = go_.get_future().share()] { go.wait(); });
        }
        ~hold() { go_.set_value(); }

    private:
        std::promise<void> go_;
    };
};

wire::reply answer(const std::string& json) {
    wire::reply made;
    made.json = json;
    return made;
}

}  // namespace

TEST_CASE("what is sent from elsewhere arrives at home, in order and with its event") {
    away one;
    one.box->send("1", "0-1");
    one.box->send("2");
    one.box->send("3", "0-3");
    one.settle();
    CHECK(one.to.notices == std::vector<std::string>{"1", "2", "3"});
    CHECK(one.to.events == std::vector<std::string>{"0-1", "", "0-3"});
}

TEST_CASE("what is sent at home is there at once") {
    away one;
    const auto heard = one.room.call([&] {
        one.box->send("1");
        return one.to.notices.size();
    });
    CHECK(heard == 1);
}

TEST_CASE("of too many messages on their way the last are dropped, and the answer never") {
    away one;
    {
        const away::hold held(one);
        for (int i = 0; i < 1500; ++i) one.box->send(std::to_string(i));
        one.box->end(answer("the answer"));
    }
    one.settle();
    REQUIRE(one.to.notices.size() == 1000);
    CHECK(one.to.notices.front() == "0");
    CHECK(one.to.notices.back() == "999");
    REQUIRE(one.to.answer);
    CHECK(one.to.answer->json == "the answer");
}

TEST_CASE("a stream_queue that was full takes messages again") {
    away one;
    {
        const away::hold held(one);
        for (int i = 0; i < 1500; ++i) one.box->send("x");
    }
    one.settle();
    one.box->send("again");
    one.settle();
    CHECK(one.to.notices.back() == "again");
}

TEST_CASE("what is on its way when the request ends is dropped") {
    away one;
    {
        const away::hold held(one);
        one.box->end(answer("first"));
        one.box->send("late");
        one.box->end(answer("second"));
        one.box->end();
    }
    one.settle();
    CHECK(one.to.notices.empty());
    CHECK(one.to.answer->json == "first");
    CHECK(one.box->is_closed());
}

TEST_CASE("a stream may be ended without an answer") {
    away one;
    one.box->end();
    one.settle();
    CHECK(one.to.is_closed);
    CHECK_FALSE(one.to.answer);
}

TEST_CASE("who waits goes on when the client leaves, and nothing reaches it any more") {
    away one;
    auto over = one.room.spawned([&] { return one.box->wait(); });
    one.settle();
    CHECK(one.room.call([&] { return one.to.leave(); }));
    CHECK(over.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    one.box->send("late");
    one.box->end(answer("late"));
    one.settle();
    CHECK(one.to.notices.empty());
    CHECK_FALSE(one.to.is_over());
}

TEST_CASE("who waits goes on when the stream is ended, and asks nothing of it any more") {
    away one;
    auto over = one.room.spawned([&] { return one.box->wait(); });
    one.settle();
    one.box->end(answer("x"));
    CHECK(over.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK_FALSE(one.to.wants_to_know());
    CHECK(one.to.answer);
}

TEST_CASE("who waits for no longer than it may ends the stream then") {
    away one;
    one.room.run([&] { return one.box->wait([times = 2]() mutable { return std::chrono::milliseconds(--times); }); });
    CHECK(one.to.is_closed);
    CHECK(one.box->is_closed());
    CHECK_FALSE(one.to.wants_to_know());
}

TEST_CASE("who waits for what is over does not wait") {
    away one;
    one.room.call([&] { one.box->close(); });
    one.room.run([&] { return one.box->wait(); });
    CHECK_FALSE(one.to.wants_to_know());
    CHECK_FALSE(one.to.is_over());
}

TEST_CASE("an outlet that is gone is not touched by what is still on its way") {
    test::io_room room;
    std::shared_ptr<mcp::stream_queue> box;
    {
        collecting_outlet to(room, wire::mirrored{});
        box = room.call([&] { return std::make_shared<mcp::stream_queue>(to); });
        room.call([&] {
            std::thread([&] {
                box->send("x");
                box->end(answer("x"));
            }).join();
            box->close();
        });
    }
    room.call([] {});
    CHECK(box->is_closed());
}

TEST_CASE("a stream ends soon after somebody set the clock past its end") {
    away one;
    bool is_set = false;
    one.room.run([&] {
        return one.box->wait([&]() -> std::chrono::nanoseconds {
            return std::exchange(is_set, true) ? std::chrono::hours(-1) : std::chrono::hours(1);
        });
    });
    CHECK(one.to.is_closed);
}
