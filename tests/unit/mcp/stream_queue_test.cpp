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

// A request that holds a stream open, used from another thread.
struct away {
    test::io_fixture io;
    collecting_outlet to{io, wire::mirrored{}};
    std::shared_ptr<mcp::stream_queue> queue = io.call([this] { return std::make_shared<mcp::stream_queue>(to); });

    void settle() {
        io.call([] {});
    }

    // Blocks the I/O thread until it is released, so that posted messages wait.
    class hold {
    public:
        explicit hold(away& of) {
            asio::post(of.io.get_executor(), [go = go_.get_future().share()] { go.wait(); });
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

TEST_CASE("messages from another thread arrive on the outlet's thread, in order and with their event ids") {
    away one;
    one.queue->send("1", "0-1");
    one.queue->send("2");
    one.queue->send("3", "0-3");
    one.settle();
    CHECK(one.to.notices == std::vector<std::string>{"1", "2", "3"});
    CHECK(one.to.events == std::vector<std::string>{"0-1", "", "0-3"});
}

TEST_CASE("messages from the outlet's thread arrive at once") {
    away one;
    const auto response = one.io.call([&] {
        one.queue->send("1");
        return one.to.notices.size();
    });
    CHECK(response == 1);
}

TEST_CASE("when too many messages are posted the last are dropped, but never the reply") {
    away one;
    {
        const away::hold held(one);
        for (int i = 0; i < 1500; ++i) one.queue->send(std::to_string(i));
        one.queue->end(answer("the answer"));
    }
    one.settle();
    REQUIRE(one.to.notices.size() == 1000);
    CHECK(one.to.notices.front() == "0");
    CHECK(one.to.notices.back() == "999");
    REQUIRE(one.to.answer);
    CHECK(one.to.answer->json == "the answer");
}

TEST_CASE("a stream queue that was full accepts messages again") {
    away one;
    {
        const away::hold held(one);
        for (int i = 0; i < 1500; ++i) one.queue->send("x");
    }
    one.settle();
    one.queue->send("again");
    one.settle();
    CHECK(one.to.notices.back() == "again");
}

TEST_CASE("messages that are posted when the request ends are dropped") {
    away one;
    {
        const away::hold held(one);
        one.queue->end(answer("first"));
        one.queue->send("late");
        one.queue->end(answer("second"));
        one.queue->end();
    }
    one.settle();
    CHECK(one.to.notices.empty());
    CHECK(one.to.answer->json == "first");
    CHECK(one.queue->is_closed());
}

TEST_CASE("a stream may be ended without a reply") {
    away one;
    one.queue->end();
    one.settle();
    CHECK(one.to.is_closed);
    CHECK_FALSE(one.to.answer);
}

TEST_CASE("a wait returns when the client disconnects, and later messages are dropped") {
    away one;
    auto over = one.io.spawned([&] { return one.queue->wait(); });
    one.settle();
    CHECK(one.io.call([&] { return one.to.disconnect(); }));
    CHECK(over.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    one.queue->send("late");
    one.queue->end(answer("late"));
    one.settle();
    CHECK(one.to.notices.empty());
    CHECK_FALSE(one.to.is_over());
}

TEST_CASE("a wait returns when the stream is ended, and removes its callback") {
    away one;
    auto over = one.io.spawned([&] { return one.queue->wait(); });
    one.settle();
    one.queue->end(answer("x"));
    CHECK(over.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK_FALSE(one.to.has_close_handler());
    CHECK(one.to.answer);
}

TEST_CASE("a wait ends the stream when its time is up") {
    away one;
    one.io.run([&] { return one.queue->wait([times = 2]() mutable { return std::chrono::milliseconds(--times); }); });
    CHECK(one.to.is_closed);
    CHECK(one.queue->is_closed());
    CHECK_FALSE(one.to.has_close_handler());
}

TEST_CASE("a wait for a closed stream returns at once") {
    away one;
    one.io.call([&] { one.queue->close(); });
    one.io.run([&] { return one.queue->wait(); });
    CHECK_FALSE(one.to.has_close_handler());
    CHECK_FALSE(one.to.is_over());
}

TEST_CASE("posted messages do not touch a destroyed outlet") {
    test::io_fixture io;
    std::shared_ptr<mcp::stream_queue> queue;
    {
        collecting_outlet to(io, wire::mirrored{});
        queue = io.call([&] { return std::make_shared<mcp::stream_queue>(to); });
        io.call([&] {
            std::thread([&] {
                queue->send("x");
                queue->end(answer("x"));
            }).join();
            queue->close();
        });
    }
    io.call([] {});
    CHECK(queue->is_closed());
}

TEST_CASE("a stream ends within seconds when the wall clock is set past its end") {
    away one;
    bool is_set = false;
    one.io.run([&] {
        return one.queue->wait([&]() -> std::chrono::nanoseconds {
            return std::exchange(is_set, true) ? std::chrono::hours(-1) : std::chrono::hours(1);
        });
    });
    CHECK(one.to.is_closed);
}
