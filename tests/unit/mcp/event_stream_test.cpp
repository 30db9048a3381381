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

// A listener with a connection of its own.
struct listener {
    explicit listener(test::io_room& room)
        : room(room), to(room, wire::mirrored{}), box(std::make_shared<mcp::stream_queue>(to)) {}
    ~listener() {
        room.call([this] { box->close(); });
    }

    const words& heard() {
        room.call([] {});
        return to.notices;
    }
    bool is_sent_away() {
        room.call([] {});
        return to.is_closed;
    }

    test::io_room& room;
    collecting_outlet to;
    std::shared_ptr<mcp::stream_queue> box;
};

}  // namespace

TEST_CASE("events are numbered within their stream, from one on") {
    test::io_room room;
    listener one(room);
    event_stream stream(7);
    stream.attach(one.box);
    stream.send("a");
    stream.send("b");
    CHECK(one.heard() == words{"a", "b"});
    CHECK(one.to.events == words{"7-1", "7-2"});
}

TEST_CASE("what was said while nobody listened is said to who comes back, from where it was") {
    test::io_room room;
    event_stream stream(1);
    for (const char* text : {"a", "b", "c"}) stream.send(text);
    listener one(room), all(room), nothing(room), from_the_future(room);
    stream.attach(one.box, 1);
    CHECK(one.heard() == words{"b", "c"});
    CHECK(one.to.events == words{"1-2", "1-3"});
    stream.attach(all.box, 0);
    CHECK(all.heard() == words{"a", "b", "c"});
    stream.attach(nothing.box, 3);
    CHECK(nothing.heard().empty());
    stream.attach(from_the_future.box, 99);
    CHECK(from_the_future.heard().empty());
    stream.send("d");
    CHECK(from_the_future.heard() == words{"d"});
}

TEST_CASE("who comes without a word about what it saw hears only what is new") {
    test::io_room room;
    event_stream stream(1);
    stream.send("a");
    listener one(room);
    stream.attach(one.box);
    stream.send("b");
    CHECK(one.heard() == words{"b"});
}

TEST_CASE("one listens at a time, and who listened before is sent away") {
    test::io_room room;
    event_stream stream(1);
    listener first(room), second(room);
    stream.attach(first.box);
    stream.send("a");
    stream.attach(second.box, 0);
    stream.send("b");
    CHECK(second.heard() == words{"a", "b"});
    CHECK(first.heard() == words{"a"});
    CHECK(first.is_sent_away());
    CHECK(stream.is_attached());
    stream.detach(first.box.get());
    CHECK(stream.is_attached());
    stream.detach(second.box.get());
    CHECK_FALSE(stream.is_attached());
}

TEST_CASE("the last event is the answer, and ends it for who listens") {
    test::io_room room;
    event_stream stream(4);
    listener one(room);
    stream.attach(one.box);
    stream.send("a");
    stream.finish("the answer");
    CHECK(one.heard() == words{"a"});
    REQUIRE(one.to.answer);
    CHECK(one.to.answer->json == "the answer");
    CHECK(one.to.answer->event == "4-2");
    stream.send("late");
    stream.finish("another");
    CHECK(one.heard() == words{"a"});
}

TEST_CASE("an answer that nobody was there for waits for who comes back, once more if need be") {
    test::io_room room;
    event_stream stream(4);
    stream.send("a");
    stream.finish("the answer");
    for (int i = 0; i < 2; ++i) {
        listener one(room);
        stream.attach(one.box, 1);
        CHECK(one.heard() == words{"the answer"});
        CHECK(one.to.events == words{"4-2"});
        CHECK(one.is_sent_away());
    }
    listener late(room);
    stream.attach(late.box, 2);
    CHECK(late.heard().empty());
    CHECK(late.is_sent_away());
}

TEST_CASE("an empty event takes a number and nothing else, and a stream can be taken up from it") {
    test::io_room room;
    event_stream stream(2);
    CHECK(stream.empty_event() == "2-1");
    stream.send("a");
    CHECK(stream.empty_event() == "2-3");
    listener one(room);
    stream.attach(one.box, 1);
    CHECK(one.heard() == words{"a"});
    CHECK(one.to.events == words{"2-2"});
}

TEST_CASE("only so many events are kept, the last ones") {
    test::io_room room;
    event_stream stream(1);
    for (int i = 1; i <= 1000; ++i) stream.send(std::to_string(i));
    listener one(room);
    stream.attach(one.box, 0);
    CHECK(one.heard().size() == 256);
    CHECK(one.to.notices.front() == "745");
    CHECK(one.to.events.back() == "1-1000");
}

TEST_CASE("what is said again while nobody listens is kept once, where it was said last") {
    test::io_room room;
    event_stream stream(0);
    for (const char* text : {"a", "b", "a", "a"}) stream.send(text);
    listener one(room);
    stream.attach(one.box, 0);
    stream.send("b");
    CHECK(one.heard() == words{"b", "a", "b"});
    CHECK(one.to.events == words{"0-2", "0-4", "0-5"});
}

TEST_CASE("only so many bytes are kept, but the newest event always") {
    test::io_room room;
    event_stream stream(1);
    const std::string kib_100(100 * 1024, 'x');
    for (int i = 0; i < 10; ++i) stream.send(kib_100 + std::to_string(i));
    listener some(room);
    stream.attach(some.box, 0);
    REQUIRE(some.heard().size() == 2);
    CHECK(some.to.notices.back().back() == '9');
    stream.finish(std::string(1024 * 1024, 'y'));
    listener one(room);
    stream.attach(one.box, 0);
    REQUIRE(one.heard().size() == 1);
    CHECK(one.to.notices[0].size() == 1024 * 1024);
}

TEST_CASE("an event's id is its stream and its number, and nothing else is one") {
    const auto id = event_stream::read_id("12-345");
    REQUIRE(id);
    CHECK(id->stream == 12);
    CHECK(id->event == 345);
    CHECK(event_stream::read_id("0-0"));
    CHECK(event_stream::read_id("18446744073709551615-1")->stream == ~std::uint64_t{0});
    for (const char* odd : {"", "-", "1", "1-", "-1", "a-1", "1-a", "1-2-3", "1--2", "+1-2", "1-+2", " 1-2", "1-2 ",
                            "1 -2", "0x1-2", "18446744073709551616-1", "1.0-2"}) {
        CAPTURE(odd);
        CHECK_FALSE(event_stream::read_id(odd));
    }
}
