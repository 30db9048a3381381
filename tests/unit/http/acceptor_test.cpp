#include <sys/resource.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "blocking_client.hpp"
#include "catch.hpp"
#include "http/acceptor.hpp"
#include "http/listening_socket.hpp"

using namespace toolrack;
using http::accept_result;

namespace {

http::peer from(const std::string& address) {
    http::peer peer;
    peer.address = boost::asio::ip::make_address(address);
    peer.name = address;
    peer.source = http::source_rules({}, {}).source_of(peer);
    return peer;
}

http::listening_socket listen_on_loopback() {
    config::address address;
    address.host = "127.0.0.1";
    return http::listen_on(address, {});
}

// While it exists, the process can open no descriptor.
class descriptor_limit {
public:
    descriptor_limit() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const descriptor next(dup(0));
        const rlimit none{static_cast<rlim_t>(next.get()), before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~descriptor_limit() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_;
};

}  // namespace

TEST_CASE("clear text is allowed from this machine and from configured networks") {
    const http::cleartext_networks named({"10.0.0.0/8", "fd00::/8"});
    CHECK(named.contain(from("127.0.0.1")));
    CHECK(named.contain(from("::1")));
    CHECK(named.contain({}));  // a unix socket
    CHECK(named.contain(from("10.200.3.4")));
    CHECK(named.contain(from("fd12::1")));
    CHECK_FALSE(named.contain(from("11.0.0.1")));
    CHECK_FALSE(named.contain(from("2001:db8::1")));
    CHECK_FALSE(http::cleartext_networks({}).contain(from("10.0.0.1")));
    CHECK_THROWS_AS(http::cleartext_networks({"10.0.0.0/33"}), failure);
    CHECK_THROWS_AS(http::cleartext_networks({"example.com"}), failure);
}

TEST_CASE("an IPv4 address, an IPv6 /64 and the uid of a unix socket are sources") {
    const http::source_rules rules(std::vector<std::string>{}, {});
    const auto of = [&](const std::string& address) { return rules.source_of(from(address)); };
    CHECK(of("192.0.2.1") == of("192.0.2.1"));
    CHECK(of("192.0.2.1") != of("192.0.2.2"));
    CHECK(of("2001:db8::1") == of("2001:db8::2:3:4:5"));
    CHECK(of("2001:db8::1") != of("2001:db8:0:1::1"));
    CHECK(of("127.0.0.1"));
    CHECK(of("::1") != of("0.0.0.1"));
    http::peer ann, bob;
    ann.uid = 1000;
    bob.uid = 1001;
    CHECK(rules.source_of(ann) == rules.source_of(ann));
    CHECK(rules.source_of(ann) != rules.source_of(bob));
    CHECK(rules.source_of(ann) != of("::1"));
}

TEST_CASE("by default, this machine and the networks of allow_cleartext are proxies without a source") {
    const http::source_rules by_default(std::nullopt, {"10.0.0.0/8", "fd00::/8"});
    for (const auto* proxy : {"127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "fd12::1"})
        CHECK_FALSE(by_default.source_of(from(proxy)));
    CHECK_FALSE(by_default.source_of({}));
    for (const auto* one : {"192.0.2.1", "2001:db8::1", "11.0.0.1"}) CHECK(by_default.source_of(from(one)));
}

TEST_CASE("if proxies are configured, only they have no source") {
    const http::source_rules configured(std::vector<std::string>{"192.0.2.0/24", "unix"}, {"10.0.0.0/8"});
    CHECK_FALSE(configured.source_of(from("192.0.2.1")));
    CHECK_FALSE(configured.source_of({}));
    for (const auto* one : {"127.0.0.1", "::1", "10.1.2.3"}) CHECK(configured.source_of(from(one)));
    CHECK(http::source_rules(std::vector<std::string>{"127.0.0.0/8"}, {}).source_of({}));
}

TEST_CASE("connections are limited in total and for each source") {
    const auto limiter = std::make_shared<http::connection_limiter>(4, 2);
    auto first = limiter->acquire(from("10.0.0.1"));
    auto second = limiter->acquire(from("10.0.0.1"));
    REQUIRE((first && second));
    CHECK_FALSE(limiter->acquire(from("10.0.0.1")));
    const auto other = limiter->acquire(from("10.0.0.2"));
    CHECK(other);
    first.reset();
    CHECK(limiter->count() == 2);
    CHECK(limiter->acquire(from("10.0.0.1")));
    const auto third = limiter->acquire(from("2001:db8::1"));
    const auto fourth = limiter->acquire(from("2001:db8::2"));
    CHECK(limiter->count() == 4);
    CHECK_FALSE(limiter->acquire({}));
}

TEST_CASE("the hosts of one IPv6 /64 share one limit") {
    const auto limiter = std::make_shared<http::connection_limiter>(10, 1);
    const auto first = limiter->acquire(from("2001:db8::1"));
    CHECK(first);
    CHECK_FALSE(limiter->acquire(from("2001:db8::2")));
    CHECK(limiter->acquire(from("2001:db8:0:1::1")));
    const auto one = limiter->acquire({});
    const auto another = limiter->acquire({});
    CHECK((one && another));
}

TEST_CASE("a client gets a 503 when the process has no descriptor left") {
    const auto bound = listen_on_loopback();
    toolrack::log silent{severity{}};
    http::acceptor acceptor(std::make_shared<http::connection_limiter>(10, 10),
                            http::cleartext_networks({}),
                            http::source_rules({}, {}),
                            http::transport_security::local_clear_text,
                            silent);
    test::blocking_client client(bound.address);
    std::optional<http::accepted_connection> accepted;
    auto result = accept_result::none_pending;
    {
        const descriptor_limit limit;  // no CHECK in this scope: UBSan needs descriptors, too
        result = acceptor.accept(bound.socket.get(), accepted);
    }
    CHECK(result == accept_result::out_of_resources);
    CHECK_FALSE(accepted);
    CHECK(client.read_response().status == 503);
    CHECK(acceptor.accept(bound.socket.get(), accepted) == accept_result::none_pending);
    const test::blocking_client next(bound.address);
    CHECK(acceptor.accept(bound.socket.get(), accepted) == accept_result::accepted);
}
