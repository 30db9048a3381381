#include "mcp/event_stream.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "collecting_outlet.hpp"

using namespace toolrack;
using mcp::event_stream;
using test::collecting_outlet;
using words = std::vector<std::string>;

namespace {

// A listener with its own connection.
struct listener {
    explicit listener(test::io_fixture& io)
        : io(io), to(io, wire::mirrored{}), queue(std::make_shared<mcp::stream_queue>(to)) {}
    ~listener() {
        io.call([this] { queue->close(); });
    }

    const words& response() {
        io.call([] {});
        return to.notices;
    }
    bool is_sent_away() {
        io.call([] {});
        return to.is_closed;
    }

    test::io_fixture& io;
    collecting_outlet to;
    std::shared_ptr<mcp::stream_queue> queue;
};

}  // namespace

TEST_CASE("events are numbered within their stream, starting at 1") {
    test::io_fixture io;
    listener one(io);
    event_stream stream(7);
    stream.attach(one.queue);
    stream.send("a");
    stream.send("b");
    CHECK(one.response() == words{"a", "b"});
    CHECK(one.to.events == words{"7-1", "7-2"});
}

TEST_CASE("a client that reconnects gets the events after its last one") {
    test::io_fixture io;
    event_stream stream(1);
    for (const char* text : {"a", "b", "c"}) stream.send(text);
    listener one(io), all(io), nothing(io), from_the_future(io);
    stream.attach(one.queue, 1);
    CHECK(one.response() == words{"b", "c"});
    CHECK(one.to.events == words{"1-2", "1-3"});
    stream.attach(all.queue, 0);
    CHECK(all.response() == words{"a", "b", "c"});
    stream.attach(nothing.queue, 3);
    CHECK(nothing.response().empty());
    stream.attach(from_the_future.queue, 99);
    CHECK(from_the_future.response().empty());
    stream.send("d");
    CHECK(from_the_future.response() == words{"d"});
}

TEST_CASE("a client that connects without a last event id gets only new events") {
    test::io_fixture io;
    event_stream stream(1);
    stream.send("a");
    listener one(io);
    stream.attach(one.queue);
    stream.send("b");
    CHECK(one.response() == words{"b"});
}

TEST_CASE("a new listener replaces the previous one, whose connection ends") {
    test::io_fixture io;
    event_stream stream(1);
    listener first(io), second(io);
    stream.attach(first.queue);
    stream.send("a");
    stream.attach(second.queue, 0);
    stream.send("b");
    CHECK(second.response() == words{"a", "b"});
    CHECK(first.response() == words{"a"});
    CHECK(first.is_sent_away());
    CHECK(stream.is_attached());
    stream.detach(first.queue.get());
    CHECK(stream.is_attached());
    stream.detach(second.queue.get());
    CHECK_FALSE(stream.is_attached());
}

TEST_CASE("the last event is the reply, and ends the listener's stream") {
    test::io_fixture io;
    event_stream stream(4);
    listener one(io);
    stream.attach(one.queue);
    stream.send("a");
    stream.finish("the answer");
    CHECK(one.response() == words{"a"});
    REQUIRE(one.to.answer);
    CHECK(one.to.answer->json == "the answer");
    CHECK(one.to.answer->event == "4-2");
    stream.send("late");
    stream.finish("another");
    CHECK(one.response() == words{"a"});
}

TEST_CASE("a reply without a listener is kept, and is sent to every client that reconnects") {
    test::io_fixture io;
    event_stream stream(4);
    stream.send("a");
    stream.finish("the answer");
    for (int i = 0; i < 2; ++i) {
        listener one(io);
        stream.attach(one.queue, 1);
        CHECK(one.response().empty());
        REQUIRE(one.to.answer);
        CHECK(one.to.answer->json == "the answer");
        CHECK(one.to.answer->event == "4-2");
        CHECK(stream.can_resume_after(1));
    }
    listener late(io);
    stream.attach(late.queue, 2);
    CHECK(late.response().empty());
    CHECK(late.is_sent_away());
}

TEST_CASE("more than 256 KiB are no longer kept once the last event was delivered") {
    test::io_fixture io;
    const auto held = std::make_shared<mcp::held_bytes>(1'000'000, 1'000'000);
    const auto stream = std::make_shared<event_stream>(4, "ann", held),
               small = std::make_shared<event_stream>(5, "ann");
    stream->send("a");
    listener one(io);
    stream->attach(one.queue, 0);
    stream->finish(std::string(300'000, 'x'));
    CHECK(one.response() == words{"a"});
    REQUIRE(one.to.answer);
    CHECK(held->total() == 300'000);
    CHECK(stream->can_resume_after(1));
    one.to.answer->delivered();
    CHECK(held->total() == 0);
    CHECK_FALSE(stream->can_resume_after(1));
    CHECK(stream->can_resume_after(2));
    listener late(io), other(io);
    stream->attach(late.queue, 2);
    CHECK(late.is_sent_away());
    small->attach(other.queue);
    small->finish("small");
    CHECK(other.response().empty());
    REQUIRE(other.to.answer);
    other.to.answer->delivered();
    CHECK(small->can_resume_after(0));
}

TEST_CASE("a stream whose events were dropped to make room cannot be resumed once it is finished") {
    test::io_fixture io;
    const auto held = std::make_shared<mcp::held_bytes>(10'000, 1000);
    const auto first = std::make_shared<event_stream>(1, "ann", held),
               second = std::make_shared<event_stream>(2, "ann", held);
    first->send("a");
    second->finish(std::string(2000, 'x'));
    CHECK(first->can_resume_after(0));
    first->finish("b");
    CHECK(held->total() == 1);
    CHECK(first->can_resume_after(0));
    CHECK_FALSE(second->can_resume_after(0));
}

TEST_CASE("an empty event only uses a number, and a stream can be resumed after it") {
    test::io_fixture io;
    event_stream stream(2);
    CHECK(stream.empty_event() == "2-1");
    stream.send("a");
    CHECK(stream.empty_event() == "2-3");
    listener one(io);
    stream.attach(one.queue, 1);
    CHECK(one.response() == words{"a"});
    CHECK(one.to.events == words{"2-2"});
}

TEST_CASE("only the last 256 events are kept") {
    test::io_fixture io;
    event_stream stream(1);
    for (int i = 1; i <= 1000; ++i) stream.send(std::to_string(i));
    listener one(io);
    stream.attach(one.queue, 0);
    CHECK(one.response().size() == 256);
    CHECK(one.to.notices.front() == "745");
    CHECK(one.to.events.back() == "1-1000");
}

TEST_CASE("equal events without a listener are kept once, as the last of them") {
    test::io_fixture io;
    event_stream stream(0);
    for (const char* text : {"a", "b", "a", "a"}) stream.send(text);
    listener one(io);
    stream.attach(one.queue, 0);
    stream.send("b");
    CHECK(one.response() == words{"b", "a", "b"});
    CHECK(one.to.events == words{"0-2", "0-4", "0-5"});
}

TEST_CASE("at most 256 KiB of events are kept, and the newest event always") {
    test::io_fixture io;
    event_stream stream(1);
    const std::string kib_100(100 * 1024, 'x');
    for (int i = 0; i < 10; ++i) stream.send(kib_100 + std::to_string(i));
    listener some(io);
    stream.attach(some.queue, 0);
    REQUIRE(some.response().size() == 2);
    CHECK(some.to.notices.back().back() == '9');
    stream.finish(std::string(1024 * 1024, 'y'));
    listener one(io);
    stream.attach(one.queue, 0);
    CHECK(one.response().empty());
    REQUIRE(one.to.answer);
    CHECK(one.to.answer->json.size() == 1024 * 1024);
}

TEST_CASE("an event id is the number of its stream and its own number, and anything else is invalid") {
    const auto id = event_stream::read_id("12-345");
    REQUIRE(id);
    CHECK(id->stream == 12);
    CHECK(id->event == 345);
    CHECK(event_stream::read_id("0-0"));
    CHECK(event_stream::read_id("18446744073709551615-1")->stream == ~std::uint64_t{0});
    for (const char* invalid : {"",
                                "-",
                                "1",
                                "1-",
                                "-1",
                                "a-1",
                                "1-a",
                                "1-2-3",
                                "1--2",
                                "+1-2",
                                "1-+2",
                                " 1-2",
                                "1-2 ",
                                "1 -2",
                                "0x1-2",
                                "18446744073709551616-1",
                                "1.0-2"}) {
        CAPTURE(invalid);
        CHECK_FALSE(event_stream::read_id(invalid));
    }
}
