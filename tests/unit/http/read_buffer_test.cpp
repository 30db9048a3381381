#include <cstring>

#include "catch.hpp"
#include "http/read_buffer.hpp"

using namespace toolrack;

namespace {

void receive(http::read_buffer& in, std::string_view text) {
    const auto space = in.free_space();
    REQUIRE(space.size() >= text.size());
    std::memcpy(space.data(), text.data(), text.size());
    in.commit(text.size());
}

}  // namespace

TEST_CASE("held bytes do not move while others are received and consumed") {
    http::buffer_pool buffers;
    http::read_buffer in(buffers);
    receive(in, "headbody");
    const auto head = in.hold(4);
    for (int i = 0; i < 10'000; ++i) {
        in.consume(in.unread().size());
        receive(in, "a chunk");
        REQUIRE(in.unread() == "a chunk");
    }
    CHECK(head == "head");
}

TEST_CASE("pipelined bytes survive the release") {
    http::buffer_pool buffers;
    http::read_buffer in(buffers);
    receive(in, "first" + std::string(1900, 'x'));
    CHECK(in.hold(5) == "first");
    in.release();
    receive(in, "yz");
    CHECK(in.unread() == std::string(1900, 'x') + "yz");
    CHECK(in.hold(1900).size() == 1900);
    in.release();
    CHECK(in.unread() == "yz");
}

TEST_CASE("a large head uses pooled memory and returns it") {
    http::buffer_pool buffers;
    http::read_buffer in(buffers);
    receive(in, std::string(2048, 'a'));
    CHECK(in.free_space().empty());
    in.reserve(10'000);
    CHECK(in.has_room_for(10'000));
    receive(in, std::string(5000, 'b'));
    CHECK(in.unread().size() == 7048);
    CHECK(in.hold(7000).size() == 7000);
    in.release();
    CHECK(in.unread() == std::string(48, 'b'));
    CHECK_FALSE(in.has_room_for(2049));
    CHECK(buffers.acquire().size() == 10'000);
}
