#include <sys/resource.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "catch.hpp"
#include "client.hpp"
#include "http/acceptor.hpp"
#include "http/listening.hpp"

using namespace toolrack;
using http::accept_result;

namespace {

http::peer from(const std::string& address) {
    http::peer who;
    who.address = boost::asio::ip::make_address(address);
    who.name = address;
    who.source = http::sources({}, {}).of(who);
    return who;
}

http::listening loopback() {
    config::address address;
    address.host = "127.0.0.1";
    return http::listen_on(address, {});
}

// As long as it lives, this process can open nothing more.
class no_more_descriptors {
public:
    no_more_descriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const descriptor next(dup(0));
        const rlimit none{static_cast<rlim_t>(next.get()), before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~no_more_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_;
};

}  // namespace

TEST_CASE("clear text is taken from this machine and from networks that were named") {
    const http::networks named({"10.0.0.0/8", "fd00::/8"});
    CHECK(named.include(from("127.0.0.1")));
    CHECK(named.include(from("::1")));
    CHECK(named.include({}));  // a unix socket
    CHECK(named.include(from("10.200.3.4")));
    CHECK(named.include(from("fd12::1")));
    CHECK_FALSE(named.include(from("11.0.0.1")));
    CHECK_FALSE(named.include(from("2001:db8::1")));
    CHECK_FALSE(http::networks({}).include(from("10.0.0.1")));
    CHECK_THROWS_AS(http::networks({"10.0.0.0/33"}), failure);
    CHECK_THROWS_AS(http::networks({"example.com"}), failure);
}

TEST_CASE("an address counts by itself, an IPv6 host with its network, and a user of a unix socket") {
    const http::sources all(std::vector<std::string>{}, {});
    const auto of = [&](const std::string& address) { return all.of(from(address)); };
    CHECK(of("192.0.2.1") == of("192.0.2.1"));
    CHECK(of("192.0.2.1") != of("192.0.2.2"));
    CHECK(of("2001:db8::1") == of("2001:db8::2:3:4:5"));
    CHECK(of("2001:db8::1") != of("2001:db8:0:1::1"));
    CHECK(of("127.0.0.1"));
    CHECK(of("::1") != of("0.0.0.1"));
    http::peer ann, bob;
    ann.uid = 1000;
    bob.uid = 1001;
    CHECK(all.of(ann) == all.of(ann));
    CHECK(all.of(ann) != all.of(bob));
    CHECK(all.of(ann) != of("::1"));
}

TEST_CASE("who may stand for many has no source: this machine, and the networks of clear text") {
    const http::sources usual(std::nullopt, {"10.0.0.0/8", "fd00::/8"});
    for (const auto* many : {"127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "fd12::1"}) CHECK_FALSE(usual.of(from(many)));
    CHECK_FALSE(usual.of({}));
    for (const auto* one : {"192.0.2.1", "2001:db8::1", "11.0.0.1"}) CHECK(usual.of(from(one)));
}

TEST_CASE("who is named as a proxy has no source, and nobody else") {
    const http::sources named(std::vector<std::string>{"192.0.2.0/24", "unix"}, {"10.0.0.0/8"});
    CHECK_FALSE(named.of(from("192.0.2.1")));
    CHECK_FALSE(named.of({}));
    for (const auto* one : {"127.0.0.1", "::1", "10.1.2.3"}) CHECK(named.of(from(one)));
    CHECK(http::sources(std::vector<std::string>{"127.0.0.0/8"}, {}).of({}));
}

TEST_CASE("places are counted in all and by source") {
    const auto inside = std::make_shared<http::connection_limiter>(4, 2);
    auto first = inside->enter(from("10.0.0.1"));
    auto second = inside->enter(from("10.0.0.1"));
    REQUIRE((first && second));
    CHECK_FALSE(inside->enter(from("10.0.0.1")));
    const auto other = inside->enter(from("10.0.0.2"));
    CHECK(other);
    first.reset();
    CHECK(inside->size() == 2);
    CHECK(inside->enter(from("10.0.0.1")));
    const auto third = inside->enter(from("2001:db8::1"));
    const auto fourth = inside->enter(from("2001:db8::2"));
    CHECK(inside->size() == 4);
    CHECK_FALSE(inside->enter({}));
}

TEST_CASE("the hosts of one IPv6 network are one source") {
    const auto inside = std::make_shared<http::connection_limiter>(10, 1);
    const auto first = inside->enter(from("2001:db8::1"));
    CHECK(first);
    CHECK_FALSE(inside->enter(from("2001:db8::2")));
    CHECK(inside->enter(from("2001:db8:0:1::1")));
    const auto one = inside->enter({});
    const auto another = inside->enter({});
    CHECK((one && another));
}

TEST_CASE("without descriptors left, a client is told so instead of left waiting") {
    const auto bound = loopback();
    toolrack::log silent{severity{}};
    http::acceptor acceptor(std::make_shared<http::connection_limiter>(10, 10), http::networks({}), http::sources({}, {}),
                    http::wire_text::clear_and_local, silent);
    test::client mine(bound.address);
    std::optional<http::accepted_connection> newcomer;
    auto heard = accept_result::nobody;
    {
        const no_more_descriptors tight;  // nor can UBSan, so nothing is checked in here
        heard = acceptor.open(bound.socket.get(), newcomer);
    }
    CHECK(heard == accept_result::try_later);
    CHECK_FALSE(newcomer);
    CHECK(mine.next().status == 503);
    CHECK(acceptor.open(bound.socket.get(), newcomer) == accept_result::nobody);
    const test::client next(bound.address);
    CHECK(acceptor.open(bound.socket.get(), newcomer) == accept_result::came_in);
}
