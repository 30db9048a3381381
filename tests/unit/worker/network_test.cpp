#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "confined_child.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

plugin::confinement with_network() {
    auto wanted = no_permissions();
    wanted.granted.network = true;
    return wanted;
}

std::string made(const plugin::confinement& wanted, int family, int type, int protocol = 0) {
    return run_confined(wanted, [=] { return outcome(::socket(family, type, protocol)); });
}

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

TEST_CASE("without the network no socket can be created") {
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK})
        for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW})
            CHECK(made(no_permissions(), family, type) == "EPERM");
    CHECK(made(no_permissions(), AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK) == "EPERM");
}

TEST_CASE("without the network an existing socket cannot connect or send to an address") {
    const listener server;
    const int unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(run_confined(no_permissions(), [&] { return server.connected(unconnected); }) == "EPERM");
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(run_confined(no_permissions(), [&] {
              return outcome(::sendto(
                  datagrams, "x", 1, 0, reinterpret_cast<const sockaddr*>(&server.address), sizeof server.address));
          }) == "EPERM");
    ::close(unconnected);
    ::close(datagrams);
}

TEST_CASE("an inherited socket works") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(run_confined(no_permissions(), [&] {
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

TEST_CASE("socketpair is allowed, except for datagrams") {
    const auto pair = [](int family, int type) {
        return run_confined(no_permissions(), [=] {
            int ends[2];
            return outcome(::socketpair(family, type, 0, ends));
        });
    };
    CHECK(pair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC) == "done");
    CHECK(pair(AF_UNIX, SOCK_SEQPACKET) == "done");
    CHECK(pair(AF_UNIX, SOCK_DGRAM) == "EPERM");
}

TEST_CASE("with the network names can be resolved and connections made") {
    const listener server;
    CHECK(run_confined(with_network(), [&] { return server.connected(::socket(AF_INET, SOCK_STREAM, 0)); }) == "done");
    CHECK(made(with_network(), AF_INET6, SOCK_STREAM | SOCK_CLOEXEC) != "EPERM");
    CHECK(made(with_network(), AF_INET, SOCK_DGRAM) == "done");
    const auto looked_up = [](const char* service) {
        addrinfo* found = nullptr;
        const int error = ::getaddrinfo("localhost", service, nullptr, &found);
        if (!error) ::freeaddrinfo(found);
        return error ? std::string(::gai_strerror(error)) : std::string("found");
    };
    CHECK(run_confined(with_network(), [&] { return looked_up("80"); }) == "found");
    // The names of services are in /etc/services, which a bare system does not have.
    if (std::filesystem::exists("/etc/services"))
        CHECK(run_confined(with_network(), [&] { return looked_up("http"); }) == "found");
    if (std::filesystem::exists("/etc/ssl/certs"))
        CHECK(run_confined(with_network(), [] { return outcome(::open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY)); }) ==
              "done");
}

TEST_CASE("the network is IPv4 and IPv6, without Unix, packet and raw sockets") {
    CHECK(made(with_network(), AF_UNIX, SOCK_STREAM) == "EPERM");
    CHECK(made(with_network(), AF_UNIX, SOCK_DGRAM) == "EPERM");
    CHECK(made(with_network(), AF_PACKET, SOCK_RAW) == "EPERM");
    CHECK(made(with_network(), AF_INET, SOCK_RAW, IPPROTO_ICMP) == "EPERM");
    CHECK(made(with_network(), AF_NETLINK, SOCK_RAW, 9 /* auditing */) == "EPERM");
    CHECK(made(with_network(), AF_NETLINK, SOCK_RAW, 0 /* routes */) == "done");
}

TEST_CASE("Landlock alone also denies TCP connections") {
    if (lacks_landlock(worker::landlock::tcp_since)) return;
    const listener server;
    CHECK(run_in_child(
              [] {
                  const auto done = worker::landlock::restrict_to({}, false);
                  return done ? std::string() : done.error().why();
              },
              [&] { return server.connected(::socket(AF_INET, SOCK_STREAM, 0)); }) == "EACCES");
}
