#include <sys/stat.h>

#include <filesystem>

#include "base/error.hpp"
#include "catch.hpp"
#include "requests.hpp"
#include "server.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using test::client;
using test::echo;
using test::post;
using test::post_json;
using test::server;

namespace {

using std::chrono::milliseconds;

config::address socket_in(const test::temporary_folder& folder) {
    config::address made;
    made.kind = config::address::kind::unix_socket;
    made.path = folder.path() / "mcp.sock";
    return made;
}

std::string what_fails(const config::address& at) {
    try {
        const server running(echo, {}, at);
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
    const server running(echo, settings);
    auto mine = running.connect();
    mine.send("POST /mcp HTTP/1.1\r\n");
    CHECK(mine.next().status == 408);
    CHECK(mine.is_ended());
}

TEST_CASE("an idle connection is closed without a word") {
    config::server settings;
    settings.http.idle_timeout = milliseconds(50);
    const server running(echo, settings);
    auto fresh = running.connect();
    CHECK(fresh.to_the_end().empty());
    auto used = running.connect();
    CHECK(used.ask(post_json("1")).status == 200);
    CHECK(used.is_ended());
}

TEST_CASE("one source cannot take all the places") {
    config::server settings;
    settings.http.connections_per_source = 2;
    settings.http.proxies.emplace();
    const server running(echo, settings);
    auto first = running.connect();
    auto second = running.connect();
    CHECK(first.ask(post_json("1")).status == 200);
    CHECK(second.ask(post_json("1")).status == 200);
    auto third = running.connect();
    const auto got = third.next();
    CHECK(got.status == 503);
    CHECK(got.says("Retry-After: "));
    CHECK(third.is_ended());
    CHECK(first.ask(post_json("1")).status == 200);
}

TEST_CASE("who stands for many can take all the places") {
    config::server settings;
    settings.http.connections_per_source = 2;
    const server running(echo, settings);
    std::vector<client> connection_limiter;
    for (int i = 0; i < 5; ++i) connection_limiter.push_back(running.connect());
    for (auto& one : connection_limiter) CHECK(one.ask(post_json("1")).status == 200);
}

TEST_CASE("what a handler keeps with a connection lasts until that ends") {
    std::promise<void> gone;
    struct thing {
        std::promise<void>& gone;
        int requests = 0;
        ~thing() { gone.set_value(); }
    };
    server running([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        if (!x.belongings()) x.belongings() = std::make_shared<thing>(gone);
        const auto count = ++static_cast<thing*>(x.belongings().get())->requests;
        x.finish({200, std::to_string(count), {}, {}});
    });
    auto mine = running.connect();
    CHECK(mine.ask(post_json("1")).body == "1");
    CHECK(mine.ask(post_json("1")).body == "2");
    mine.leave();
    gone.get_future().get();
}

TEST_CASE("a place is free again once its connection has ended") {
    config::server settings;
    settings.http.connections = 1;
    const server running(echo, settings);
    for (int i = 0; i < 50; ++i) {
        auto mine = running.connect();
        REQUIRE(mine.ask(post_json("1", "Connection: close\r\n")).status == 200);
        REQUIRE(mine.is_ended());
    }
}

TEST_CASE("draining ends idle connections and lets busy ones finish") {
    test::gate go;
    std::promise<void> waiting;
    server running([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (*text == "wait") {
            waiting.set_value();
            co_await go.opened(x.get_executor());
        }
        x.finish({200, "1", {}, {}});
    });
    auto idle = running.connect();
    CHECK(idle.ask(post_json("1")).status == 200);
    auto busy = running.connect();
    busy.send(post_json("wait"));
    waiting.get_future().get();

    running.listener().drain();
    CHECK(idle.is_ended());
    CHECK_THROWS(client(running.address()));
    running.on_thread([&] { go.open(); });
    const auto got = busy.next();
    CHECK(got.status == 200);
    CHECK(got.says("Connection: close"));
    CHECK(busy.is_ended());
    busy.leave();
    while (running.listener().open_connections() > 0) std::this_thread::yield();
}

TEST_CASE("an address that is taken is refused by name") {
    const server first(echo);
    const auto sentence = what_fails(first.address());
    CHECK(sentence ==
          "Cannot listen on " + to_string(first.address()) +
              ": address already in use. Another program has it; stop that one, or choose "
              "another address in server.listen.");
}

TEST_CASE("a unix socket is for its owner, and its peer is known by user") {
    const test::temporary_folder place;
    std::promise<std::string> who;
    const server running(
        [&](http::exchange& x) -> awaitable<void> {
            const auto facts = x.facts();
            who.set_value(std::string(facts.peer) + " " + std::to_string(facts.peer_uid));
            x.finish_empty(202);
            co_return;
        },
        {},
        socket_in(place));
    struct stat file {};
    REQUIRE(stat(socket_in(place).path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    CHECK(running.connect().ask(post("")).status == 202);
    CHECK(who.get_future().get() == "unix " + std::to_string(getuid()));
}

TEST_CASE("a unix socket that somebody listens on is left alone, a stale one replaced") {
    const test::temporary_folder place;
    {
        const server first(echo, {}, socket_in(place));
        CHECK(what_fails(socket_in(place)).find("address already in use") != std::string::npos);
        CHECK(first.connect().ask(post_json("1")).status == 200);
    }
    CHECK_FALSE(std::filesystem::exists(socket_in(place).path));

    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    socket_in(place).path.copy(name.sun_path, sizeof name.sun_path - 1);
    {
        const descriptor stale(socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(bind(stale.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    }
    const server second(echo, {}, socket_in(place));
    CHECK(second.connect().ask(post_json("1")).status == 200);
}

TEST_CASE("a thousand refusals leave no descriptor behind") {
    server running([](http::exchange& x) -> awaitable<void> {
        x.reject({401, "Show a token.", {{"WWW-Authenticate", "Bearer"}}});
        co_return;
    });
    const auto open_files = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto before = open_files();
    for (int i = 0; i < 1000; ++i) {
        auto mine = running.connect();
        REQUIRE(mine.ask(post_json("1")).status == 401);
        REQUIRE(mine.is_ended());
    }
    while (running.listener().open_connections() > 0) std::this_thread::yield();
    CHECK(open_files() <= before);
}
