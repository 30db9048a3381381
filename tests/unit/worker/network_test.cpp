#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "captive.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

plugin::confinement with_network() {
    auto wanted = silence();
    wanted.granted.network = true;
    return wanted;
}

std::string made(const plugin::confinement& wanted, int family, int type, int protocol = 0) {
    return when_confined(wanted, [=] { return outcome(::socket(family, type, protocol)); });
}

// Somebody who can be connected to.
struct listener {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};

    listener() {
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket, 8) == 0);
        REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    }
    ~listener() { ::close(socket); }

    std::string connected(int from) const {
        return outcome(::connect(from, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    }
};

}  // namespace

TEST_CASE("without the network there is no socket of any kind") {
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK})
        for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW}) CHECK(made(silence(), family, type) == "EPERM");
    CHECK(made(silence(), AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK) == "EPERM");
}

TEST_CASE("without the network, a socket that there is leads nowhere else") {
    const listener somebody;
    const int unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(when_confined(silence(), [&] { return somebody.connected(unconnected); }) == "EPERM");
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(when_confined(silence(), [&] {
              return outcome(::sendto(datagrams, "x", 1, 0, reinterpret_cast<const sockaddr*>(&somebody.address),
                                      sizeof somebody.address));
          }) == "EPERM");
    ::close(unconnected);
    ::close(datagrams);
}

TEST_CASE("the socket that was inherited works") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(when_confined(silence(), [&] {
              char byte = 0;
              if (::send(ends[0], "x", 1, MSG_NOSIGNAL) != 1) return outcome(-1);
              if (::recv(ends[1], &byte, 1, 0) != 1) return outcome(-1);
              iovec piece{&byte, 1};
              msghdr message{};
              message.msg_iov = &piece;
              message.msg_iovlen = 1;
              if (::sendmsg(ends[1], &message, MSG_NOSIGNAL) != 1) return outcome(-1);
              return outcome(::read(ends[0], &byte, 1));
          }) == "done");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a pair of sockets is fine while its ends cannot be sent elsewhere") {
    const auto pair = [](int family, int type) {
        return when_confined(silence(), [=] {
            int ends[2];
            return outcome(::socketpair(family, type, 0, ends));
        });
    };
    CHECK(pair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC) == "done");
    CHECK(pair(AF_UNIX, SOCK_SEQPACKET) == "done");
    CHECK(pair(AF_UNIX, SOCK_DGRAM) == "EPERM");
}

TEST_CASE("with the network, names are looked up and connections made") {
    const listener somebody;
    CHECK(when_confined(with_network(), [&] {
              return somebody.connected(::socket(AF_INET, SOCK_STREAM, 0));
          }) == "done");
    CHECK(made(with_network(), AF_INET6, SOCK_STREAM | SOCK_CLOEXEC) != "EPERM");
    CHECK(made(with_network(), AF_INET, SOCK_DGRAM) == "done");
    const auto looked_up = [](const char* service) {
        addrinfo* found = nullptr;
        const int error = ::getaddrinfo("localhost", service, nullptr, &found);
        if (!error) ::freeaddrinfo(found);
        return error ? std::string(::gai_strerror(error)) : std::string("found");
    };
    CHECK(when_confined(with_network(), [&] { return looked_up("80"); }) == "found");
    // The names of services are in /etc/services, which a bare system does not have.
    if (std::filesystem::exists("/etc/services"))
        CHECK(when_confined(with_network(), [&] { return looked_up("http"); }) == "found");
    if (std::filesystem::exists("/etc/ssl/certs"))
        CHECK(when_confined(with_network(), [] { return outcome(::open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY)); }) ==
              "done");
}

TEST_CASE("the network is IPv4 and IPv6, and no neighbour on this machine's own sockets") {
    CHECK(made(with_network(), AF_UNIX, SOCK_STREAM) == "EPERM");
    CHECK(made(with_network(), AF_UNIX, SOCK_DGRAM) == "EPERM");
    CHECK(made(with_network(), AF_PACKET, SOCK_RAW) == "EPERM");
    CHECK(made(with_network(), AF_INET, SOCK_RAW, IPPROTO_ICMP) == "EPERM");
    CHECK(made(with_network(), AF_NETLINK, SOCK_RAW, 9 /* auditing */) == "EPERM");
    CHECK(made(with_network(), AF_NETLINK, SOCK_RAW, 0 /* routes */) == "done");
}

TEST_CASE("TCP is shut twice where the kernel can: a child of a lax filter still cannot connect") {
    if (lacks_landlock(worker::landlock::confines_tcp)) return;
    const listener somebody;
    CHECK(in_a_child(
              [] {
                  const auto done = worker::landlock::restrict_to({}, false);
                  return done ? std::string() : done.error().why();
              },
              [&] { return somebody.connected(::socket(AF_INET, SOCK_STREAM, 0)); }) == "EACCES");
}
