#include <string>
#include <vector>

#include "catch.hpp"
#include "requests.hpp"
#include "server.hpp"
#include "tls_client.hpp"

using namespace toolrack;
using test::identity;
using test::post;
using test::post_json;
using test::tls_client;

namespace {

const identity& ours() {
    static const identity made("localhost");
    return made;
}

// A server that speaks TLS.
class server {
public:
    explicit server(http::handler answers,
                    const config::server& settings = {},
                    const config::tls& with = ours().settings())
        : tls_(with, log_), running_(std::move(answers), settings, test::free_port(), 1, &tls_) {}

    const config::address& address() const { return running_.address(); }
    tls_client connect(int version = TLS1_3_VERSION, const identity* shown = nullptr) const {
        return tls_client(address(), version, shown);
    }
    test::server* operator->() { return &running_; }

private:
    toolrack::log log_{severity{}};  // silent
    http::tls tls_;
    test::server running_;
};

int either_version() {
    return GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
}

// Says the client's certificate.
awaitable<void> say_certificate(http::exchange& x) {
    x.finish({200, std::string(x.facts().certificate), {}, {}});
    co_return;
}

}  // namespace

TEST_CASE("requests over TLS are answered like those in clear text") {
    const server running(test::echo);
    auto mine = running.connect(either_version());
    REQUIRE(mine.is_connected());
    for (std::size_t size : {1, 100, 20'000, 3'000'000}) {
        const std::string body(size, 'x');
        const auto got = mine.ask(post_json(body));
        CHECK(got.status == 200);
        CHECK((got.body == body));
    }
}

TEST_CASE("TLS older than 1.2 is refused") {
    const server running(test::echo);
    CHECK_FALSE(running.connect(TLS1_1_VERSION).is_connected());
    CHECK(running.connect().ask(post_json("1")).status == 200);
}

TEST_CASE("nobody may negotiate anew within TLS 1.2") {
    const server running(test::echo);
    auto mine = running.connect(TLS1_2_VERSION);
    CHECK(mine.ask(post_json("1")).status == 200);
    SSL_renegotiate(mine.session());
    CHECK(SSL_do_handshake(mine.session()) != 1);
}

TEST_CASE("new keys in the middle of TLS 1.3 disturb nobody") {
    const server running(test::echo);
    auto mine = running.connect();
    for (int i = 0; i < 20; ++i) {
        REQUIRE(SSL_key_update(mine.session(), SSL_KEY_UPDATE_REQUESTED) == 1);
        REQUIRE(mine.ask(post_json(std::to_string(i))).body == std::to_string(i));
    }
}

// OpenSSL reads on while there is nothing in it for anybody.
TEST_CASE("a client that changes keys all the time does not keep the thread from others") {
    std::vector<std::string> answered;
    server running([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        answered.emplace_back(*text);
        x.finish({200, "1", {}, {}});
    });
    auto busy = running.connect();
    auto other = running.connect();
    REQUIRE((busy.ask(post_json("a")).status == 200 && other.ask(post_json("b")).status == 200));

    // All is there before the server looks.
    std::promise<void> is_sent;
    asio::post(running->thread().get_executor(), [&] { is_sent.get_future().wait(); });
    busy.hold_back();
    for (int i = 0; i < 5000; ++i) {
        SSL_key_update(busy.session(), SSL_KEY_UPDATE_NOT_REQUESTED);
        REQUIRE(SSL_do_handshake(busy.session()) == 1);
    }
    busy.send(post_json("busy"));
    busy.send_all();
    other.send(post_json("other"));
    is_sent.set_value();
    CHECK(other.next().status == 200);
    CHECK(busy.next().status == 200);
    CHECK(running->on_thread([&] { return answered; }) ==
          std::vector<std::string>{"a", "b", "other", "busy"});
}

TEST_CASE("a client that sends ahead over TLS is answered in order") {
    test::gate go;
    std::promise<void> waiting;
    bool is_first = true;
    server running([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (std::exchange(is_first, false)) {
            x.on_closed([] {});
            waiting.set_value();
            co_await go.opened(x.get_executor());
        }
        x.finish({200, std::string(*text), {}, {}});
    });
    auto mine = running.connect(either_version());
    // All of it in few records, so that most is read from the socket before anybody wants it.
    std::string ahead;
    for (int i = 0; i < 200; ++i) ahead += post_json(std::to_string(i));
    mine.send(ahead);
    waiting.get_future().get();
    running->on_thread([&] { go.open(); });
    for (int i = 0; i < 200; ++i) REQUIRE(mine.next().body == std::to_string(i));
}

TEST_CASE("the handler is told when a client leaves TLS, however it leaves") {
    const bool slams = GENERATE(false, true);
    const auto version = either_version();
    test::gate go;
    std::promise<void> waiting;
    std::promise<void> left;
    const server running([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        x.on_closed([&] {
            left.set_value();
            go.open();
        });
        waiting.set_value();
        co_await go.opened(x.get_executor());
        x.finish({200, "1", {}, {}});
    });
    auto mine = running.connect(version);
    mine.send(post_json("1"));
    waiting.get_future().get();
    if (slams) {
        mine.slam();
    } else {
        mine.leave();
    }
    CHECK(left.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a large answer reaches a slow reader whole over TLS") {
    const std::string large(8'000'000, 'x');
    const server running([&](http::exchange& x) -> awaitable<void> {
        x.finish({200, large, {}, {}});
        co_return;
    });
    tls_client mine(running.address(), either_version(), nullptr, 4096);
    for (int i = 0; i < 2; ++i) CHECK((mine.ask(post("")).body == large));
}

// Whatever is dropped, what TLS has sealed already comes next, or the connection would break.
TEST_CASE("a slow reader over TLS loses old notifications and never the answer") {
    constexpr int most = 20'000;
    std::promise<void> said;
    const server running([&](http::exchange& x) -> awaitable<void> {
        for (int i = 0; i < most; ++i)
            x.notify("[" + std::to_string(i) + ",\"" + std::string(1000, '.') + "\"]");
        x.finish({200, "{\"done\":true}", {}, {}});
        said.set_value();
        co_return;
    });
    tls_client mine(running.address(), either_version(), nullptr, 4096);
    mine.send(post(""));
    said.get_future().wait();  // not a byte is read before all was said
    mine.until("\r\n\r\n");
    int last = -1;
    int count = 0;
    std::string event;
    while ((event = mine.event()).starts_with('[')) {
        const auto number = std::stoi(event.substr(1));
        REQUIRE(number > last);
        last = number;
        ++count;
    }
    CHECK(event == "{\"done\":true}");
    CHECK(last == most - 1);
    CHECK(count < most);
    CHECK(mine.event().empty());
}

TEST_CASE("a stream that was cut off does not end as one that is whole") {
    const bool is_cut_off = GENERATE(false, true);
    const server running([&](http::exchange& x) -> awaitable<void> {
        x.notify("{}");
        if (is_cut_off) throw std::runtime_error("no");
        x.finish({200, "[]", {}, {}});
        co_return;
    });
    // To HTTP/1.0 a stream lasts until the connection ends, so nothing else tells the difference.
    auto mine = running.connect(either_version());
    mine.send("POST /mcp HTTP/1.0\r\nHost: a\r\n\r\n");
    (void)mine.to_the_end();
    CHECK(mine.was_told_of_end() != is_cut_off);
}

TEST_CASE("an idle connection over TLS ends with a word") {
    config::server settings;
    settings.http.idle_timeout = std::chrono::milliseconds(50);
    const server running(test::echo, settings);
    auto mine = running.connect(either_version());
    CHECK(mine.is_ended());
    CHECK(mine.was_told_of_end());
}

TEST_CASE("a handshake that does not end in time is broken off") {
    config::server settings;
    settings.http.handshake_timeout = std::chrono::milliseconds(50);
    server running(test::echo, settings);
    test::client silent(running.address());
    CHECK(silent.to_the_end().empty());
    test::client half(running.address());
    half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
    CHECK(half.to_the_end().empty());
    while (running->listener().open_connections() > 0) std::this_thread::yield();
}

TEST_CASE("draining ends a handshake that is under way") {
    server running(test::echo);
    test::client silent(running.address());
    while (running->listener().open_connections() == 0) std::this_thread::yield();
    running->listener().drain();
    CHECK(silent.to_the_end().empty());
}

TEST_CASE("a client without TLS is told to use https") {
    const server running(test::echo);
    test::client mine(running.address());
    const auto got = mine.ask(post_json("1"));
    CHECK(got.status == 400);
    CHECK(got.body.find("This address speaks TLS; use https.") != std::string::npos);
    CHECK(mine.is_ended());
}

TEST_CASE("a client for whom there is no place is told so with an alert") {
    config::server settings;
    settings.http.connections = 1;
    const server running(test::echo, settings);
    auto first = running.connect();
    test::client second(running.address());
    CHECK(second.to_the_end() == std::string("\x15\x03\x03\x00\x02\x02\x50", 7));
    CHECK(first.ask(post_json("1")).status == 200);
}

TEST_CASE("a client certificate is among the facts when it is good, and else nobody comes in") {
    const identity known("known");
    const identity unknown("unknown");
    auto with = ours().settings();
    with.client_ca = known.certificate;
    const auto version = either_version();
    const server running(say_certificate, {}, with);
    CHECK((running.connect(version, &known).ask(post("")).body == known.der()));
    CHECK(running.connect(version).ask(post("")).body.empty());
    auto stranger = running.connect(version, &unknown);
    stranger.send(post(""));
    CHECK(stranger.to_the_end().empty());
}

TEST_CASE("without a client certificate nobody comes in where one is required") {
    const identity known("known");
    auto with = ours().settings();
    with.client_ca = known.certificate;
    with.requires_client_certificate = true;
    const auto version = either_version();
    const server running(say_certificate, {}, with);
    CHECK((running.connect(version, &known).ask(post("")).body == known.der()));
    auto nobody = running.connect(version);
    nobody.send(post(""));
    CHECK(nobody.to_the_end().empty());
}

TEST_CASE("nobody is asked for a certificate when no authority is named") {
    const identity known("known");
    const server running(say_certificate);
    CHECK(running.connect(TLS1_3_VERSION, &known).ask(post("")).body.empty());
}

TEST_CASE("a hundred refused handshakes leave no descriptor behind") {
    server running(test::echo);
    const auto open_files = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto before = open_files();
    for (int i = 0; i < 100; ++i) {
        test::client mine(running.address());
        mine.send("What is this?\n");
        (void)mine.to_the_end();
    }
    while (running->listener().open_connections() > 0) std::this_thread::yield();
    CHECK(open_files() <= before);
}
