#include <cstring>

#include "catch.hpp"
#include "http/read_buffer.hpp"

using namespace toolrack;

namespace {

void arrive(http::read_buffer& in, std::string_view text) {
    const auto space = in.space();
    REQUIRE(space.size() >= text.size());
    std::memcpy(space.data(), text.data(), text.size());
    in.received(text.size());
}

}  // namespace

TEST_CASE("held bytes stay where they are while others come and go") {
    http::buffers lender;
    http::read_buffer in(lender);
    arrive(in, "headbody");
    const auto head = in.hold(4);
    for (int i = 0; i < 10'000; ++i) {
        in.consume(in.unread().size());
        arrive(in, "a chunk");
        REQUIRE(in.unread() == "a chunk");
    }
    CHECK(head == "head");
}

TEST_CASE("what came ahead is there after the release") {
    http::buffers lender;
    http::read_buffer in(lender);
    arrive(in, "first" + std::string(1900, 'x'));
    CHECK(in.hold(5) == "first");
    in.release();
    arrive(in, "yz");
    CHECK(in.unread() == std::string(1900, 'x') + "yz");
    CHECK(in.hold(1900).size() == 1900);
    in.release();
    CHECK(in.unread() == "yz");
}

TEST_CASE("a large head borrows memory and gives it back") {
    http::buffers lender;
    http::read_buffer in(lender);
    arrive(in, std::string(2048, 'a'));
    CHECK(in.space().empty());
    in.grow(10'000);
    CHECK(in.has_room_for(10'000));
    arrive(in, std::string(5000, 'b'));
    CHECK(in.unread().size() == 7048);
    CHECK(in.hold(7000).size() == 7000);
    in.release();
    CHECK(in.unread() == std::string(48, 'b'));
    CHECK_FALSE(in.has_room_for(2049));
    CHECK(lender.lend().size() == 10'000);
}
