#include "base/network.hpp"

#include "catch.hpp"

using toolrack::network;

namespace {

bool holds(const char* written, const char* address) {
    const auto named = network::read(written);
    REQUIRE(named);
    return named->contains(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("a network contains the addresses of its prefix, and none of the other family") {
    CHECK(holds("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
    CHECK(holds("192.0.2.7/32", "192.0.2.7"));
    CHECK_FALSE(holds("192.0.2.7/32", "192.0.2.8"));
    CHECK(holds("0.0.0.0/0", "255.255.255.255"));
    CHECK(holds("fd00::/8", "fd12::1"));
    CHECK_FALSE(holds("fd00::/8", "fe80::1"));
    CHECK_FALSE(holds("0.0.0.0/0", "::1"));
    CHECK_FALSE(holds("::/0", "127.0.0.1"));
}

TEST_CASE("an IPv4-mapped IPv6 address is its IPv4 address") {
    CHECK(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
    CHECK_FALSE(holds("::/0", "::ffff:10.0.0.1"));
}

TEST_CASE("text that is not a network is refused") {
    for (const auto* text :
         {"", "10.0.0.0", "10.0.0.0/33", "fd00::/129", "example.com/8", "10.0.0.0/-1", "unix", "10.0.0/8"}) {
        CAPTURE(text);
        CHECK_FALSE(network::read(text));
    }
}
