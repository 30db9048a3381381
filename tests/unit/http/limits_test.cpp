#include <sys/stat.h>

#include <filesystem>

#include "base/error.hpp"
#include "catch.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using test::blocking_client;
using test::echo;
using test::post;
using test::post_json;
using test::server_fixture;

namespace {

using std::chrono::milliseconds;

config::address socket_in(const test::temporary_folder& folder) {
    config::address made;
    made.kind = config::address::kind::unix_socket;
    made.path = folder.path() / "mcp.sock";
    return made;
}

std::string start_failure(const config::address& at) {
    try {
        const server_fixture server(echo, {}, at);
    } catch (const failure& why) {
        CHECK(why.code() == exit_code::unavailable);
        return why.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("a head that does not arrive in time is a 408") {
    config::server settings;
    settings.http.head_timeout = milliseconds(50);
    const server_fixture server(echo, settings);
    auto client = server.connect();
    client.send("POST /mcp HTTP/1.1\r\n");
    CHECK(client.read_response().status == 408);
    CHECK(client.is_at_end());
}

TEST_CASE("an idle connection is closed without a response") {
    config::server settings;
    settings.http.idle_timeout = milliseconds(50);
    const server_fixture server(echo, settings);
    auto fresh = server.connect();
    CHECK(fresh.read_to_end().empty());
    auto used = server.connect();
    CHECK(used.request(post_json("1")).status == 200);
    CHECK(used.is_at_end());
}

TEST_CASE("a source above its connection limit gets a 503") {
    config::server settings;
    settings.http.connections_per_source = 2;
    settings.http.proxies.emplace();
    const server_fixture server(echo, settings);
    auto first = server.connect();
    auto second = server.connect();
    CHECK(first.request(post_json("1")).status == 200);
    CHECK(second.request(post_json("1")).status == 200);
    auto third = server.connect();
    const auto got = third.read_response();
    CHECK(got.status == 503);
    CHECK(got.head_contains("Retry-After: "));
    CHECK(third.is_at_end());
    CHECK(first.request(post_json("1")).status == 200);
}

TEST_CASE("a proxy is not subject to the connection limit of a source") {
    config::server settings;
    settings.http.connections_per_source = 2;
    const server_fixture server(echo, settings);
    std::vector<blocking_client> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(server.connect());
    for (auto& one : clients) CHECK(one.request(post_json("1")).status == 200);
}

TEST_CASE("connection data lives until the connection ends") {
    std::promise<void> destroyed;
    static std::promise<void>* when_destroyed;
    when_destroyed = &destroyed;
    struct request_count final : http::connection_data {
        int requests = 0;
        ~request_count() override { when_destroyed->set_value(); }
    };
    server_fixture server([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        const auto count = ++x.connection_data<request_count>().requests;
        x.finish({200, std::to_string(count), {}, {}});
    });
    auto client = server.connect();
    CHECK(client.request(post_json("1")).body == "1");
    CHECK(client.request(post_json("1")).body == "2");
    client.close();
    destroyed.get_future().get();
}

TEST_CASE("a connection slot is free again when its connection has ended") {
    config::server settings;
    settings.http.connections = 1;
    const server_fixture server(echo, settings);
    for (int i = 0; i < 50; ++i) {
        auto client = server.connect();
        REQUIRE(client.request(post_json("1", "Connection: close\r\n")).status == 200);
        REQUIRE(client.is_at_end());
    }
}

TEST_CASE("draining closes idle connections and lets busy ones finish") {
    test::latch resume;
    std::promise<void> waiting;
    server_fixture server([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (*text == "wait") {
            waiting.set_value();
            co_await resume.wait(x.get_executor());
        }
        x.finish({200, "1", {}, {}});
    });
    auto idle = server.connect();
    CHECK(idle.request(post_json("1")).status == 200);
    auto busy = server.connect();
    busy.send(post_json("wait"));
    waiting.get_future().get();

    server.listener().drain();
    CHECK(idle.is_at_end());
    CHECK_THROWS(blocking_client(server.address()));
    server.on_thread([&] { resume.open(); });
    const auto got = busy.read_response();
    CHECK(got.status == 200);
    CHECK(got.head_contains("Connection: close"));
    CHECK(busy.is_at_end());
    busy.close();
    while (server.listener().open_connections() > 0) std::this_thread::yield();
}

TEST_CASE("an address in use is reported with its name and a remedy") {
    const server_fixture first(echo);
    const auto sentence = start_failure(first.address());
    CHECK(sentence == "Cannot listen on " + to_string(first.address()) +
                          ": address already in use. Stop the program that uses it, or choose another "
                          "address in server.listen.");
}

TEST_CASE("only the owner can connect to a unix socket, and the peer's uid is known") {
    const test::temporary_folder folder;
    std::promise<std::string> peer;
    const server_fixture server(
        [&](http::exchange& x) -> awaitable<void> {
            const auto facts = x.facts();
            peer.set_value(std::string(facts.peer) + " " + std::to_string(facts.peer_uid));
            x.finish_empty(202);
            co_return;
        },
        {},
        socket_in(folder));
    struct stat file {};
    REQUIRE(stat(socket_in(folder).path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    CHECK(server.connect().request(post("")).status == 202);
    CHECK(peer.get_future().get() == "unix " + std::to_string(getuid()));
}

TEST_CASE("a unix socket in use is kept, and a stale one is replaced") {
    const test::temporary_folder folder;
    {
        const server_fixture first(echo, {}, socket_in(folder));
        CHECK(start_failure(socket_in(folder)).find("address already in use") != std::string::npos);
        CHECK(first.connect().request(post_json("1")).status == 200);
    }
    CHECK_FALSE(std::filesystem::exists(socket_in(folder).path));

    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    socket_in(folder).path.copy(name.sun_path, sizeof name.sun_path - 1);
    {
        const descriptor stale(socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(bind(stale.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    }
    const server_fixture second(echo, {}, socket_in(folder));
    CHECK(second.connect().request(post_json("1")).status == 200);
}

TEST_CASE("a thousand rejections leak no descriptor") {
    server_fixture server([](http::exchange& x) -> awaitable<void> {
        x.reject({401, "Show a token.", {{"WWW-Authenticate", "Bearer"}}});
        co_return;
    });
    const auto open_files = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto before = open_files();
    for (int i = 0; i < 1000; ++i) {
        auto client = server.connect();
        REQUIRE(client.request(post_json("1")).status == 401);
        REQUIRE(client.is_at_end());
    }
    while (server.listener().open_connections() > 0) std::this_thread::yield();
    CHECK(open_files() <= before);
}
