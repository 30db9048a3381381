#include <string>
#include <vector>

#include "catch.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"
#include "tls_client.hpp"

using namespace toolrack;
using test::post;
using test::post_json;
using test::test_certificate;
using test::tls_client;

namespace {

const test_certificate& server_certificate() {
    static const test_certificate made("localhost");
    return made;
}

class tls_server_fixture {
public:
    explicit tls_server_fixture(http::handler handler,
                                const config::server& settings = {},
                                const config::tls& with = server_certificate().settings())
        : tls_(with, log_), server_(std::move(handler), settings, test::free_port(), 1, &tls_) {}

    const config::address& address() const { return server_.address(); }
    tls_client connect(int version = TLS1_3_VERSION, const test_certificate* shown = nullptr) const {
        return tls_client(address(), version, shown);
    }
    test::server_fixture* operator->() { return &server_; }

private:
    toolrack::log log_{severity{}};  // silent
    http::tls_context tls_;
    test::server_fixture server_;
};

int either_version() { return GENERATE(TLS1_2_VERSION, TLS1_3_VERSION); }

// Answers with the client's certificate.
awaitable<void> send_certificate(http::exchange& x) {
    x.finish({200, std::string(x.facts().certificate), {}, {}});
    co_return;
}

}  // namespace

TEST_CASE("requests over TLS are answered as in clear text") {
    const tls_server_fixture server(test::echo);
    auto client = server.connect(either_version());
    REQUIRE(client.is_connected());
    for (std::size_t size : {1, 100, 20'000, 3'000'000}) {
        const std::string body(size, 'x');
        const auto got = client.request(post_json(body));
        CHECK(got.status == 200);
        CHECK((got.body == body));
    }
}

TEST_CASE("TLS older than 1.2 is refused") {
    const tls_server_fixture server(test::echo);
    CHECK_FALSE(server.connect(TLS1_1_VERSION).is_connected());
    CHECK(server.connect().request(post_json("1")).status == 200);
}

TEST_CASE("renegotiation is refused in TLS 1.2") {
    const tls_server_fixture server(test::echo);
    auto client = server.connect(TLS1_2_VERSION);
    CHECK(client.request(post_json("1")).status == 200);
    SSL_renegotiate(client.session());
    CHECK(SSL_do_handshake(client.session()) != 1);
}

TEST_CASE("TLS 1.3 key updates work between requests") {
    const tls_server_fixture server(test::echo);
    auto client = server.connect();
    for (int i = 0; i < 20; ++i) {
        REQUIRE(SSL_key_update(client.session(), SSL_KEY_UPDATE_REQUESTED) == 1);
        REQUIRE(client.request(post_json(std::to_string(i))).body == std::to_string(i));
    }
}

// OpenSSL keeps reading while the records contain no data.
TEST_CASE("a client that sends only key updates does not block other connections") {
    std::vector<std::string> answered;
    tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        answered.emplace_back(*text);
        x.finish({200, "1", {}, {}});
    });
    auto busy = server.connect();
    auto other = server.connect();
    REQUIRE((busy.request(post_json("a")).status == 200 && other.request(post_json("b")).status == 200));

    // Everything has been sent before the server reads.
    std::promise<void> is_sent;
    asio::post(server->thread().get_executor(), [&] { is_sent.get_future().wait(); });
    busy.collect_output();
    for (int i = 0; i < 5000; ++i) {
        SSL_key_update(busy.session(), SSL_KEY_UPDATE_NOT_REQUESTED);
        REQUIRE(SSL_do_handshake(busy.session()) == 1);
    }
    busy.send(post_json("busy"));
    busy.send_collected();
    other.send(post_json("other"));
    is_sent.set_value();
    CHECK(other.read_response().status == 200);
    CHECK(busy.read_response().status == 200);
    CHECK(server->on_thread([&] { return answered; }) == std::vector<std::string>{"a", "b", "other", "busy"});
}

TEST_CASE("pipelined requests over TLS are answered in order") {
    test::latch resume;
    std::promise<void> waiting;
    bool is_first = true;
    tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        const auto text = co_await x.body();
        if (std::exchange(is_first, false)) {
            x.on_closed([] {});
            waiting.set_value();
            co_await resume.wait(x.get_executor());
        }
        x.finish({200, std::string(*text), {}, {}});
    });
    auto client = server.connect(either_version());
    // Few records, so that OpenSSL reads most of it from the socket before the requests are read.
    std::string ahead;
    for (int i = 0; i < 200; ++i) ahead += post_json(std::to_string(i));
    client.send(ahead);
    waiting.get_future().get();
    server->on_thread([&] { resume.open(); });
    for (int i = 0; i < 200; ++i) REQUIRE(client.read_response().body == std::to_string(i));
}

TEST_CASE("the handler is notified when a TLS client closes or resets the connection") {
    const bool resets = GENERATE(false, true);
    const auto version = either_version();
    test::latch resume;
    std::promise<void> waiting;
    std::promise<void> disconnected;
    const tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        (void)co_await x.body();
        x.on_closed([&] {
            disconnected.set_value();
            resume.open();
        });
        waiting.set_value();
        co_await resume.wait(x.get_executor());
        x.finish({200, "1", {}, {}});
    });
    auto client = server.connect(version);
    client.send(post_json("1"));
    waiting.get_future().get();
    if (resets) {
        client.reset_connection();
    } else {
        client.close();
    }
    CHECK(disconnected.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a slow reader gets a large answer completely over TLS") {
    const std::string large(8'000'000, 'x');
    const tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        x.finish({200, large, {}, {}});
        co_return;
    });
    tls_client client(server.address(), either_version(), nullptr, 4096);
    for (int i = 0; i < 2; ++i) CHECK((client.request(post("")).body == large));
}

// Dropping bytes that TLS has encrypted already would break the connection.
TEST_CASE("a slow reader over TLS loses old notifications, never the answer") {
    constexpr int most = 20'000;
    std::promise<void> all_sent;
    const tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        for (int i = 0; i < most; ++i) x.notify("[" + std::to_string(i) + ",\"" + std::string(1000, '.') + "\"]");
        x.finish({200, "{\"done\":true}", {}, {}});
        all_sent.set_value();
        co_return;
    });
    tls_client client(server.address(), either_version(), nullptr, 4096);
    client.send(post(""));
    all_sent.get_future().wait();  // start reading after the last send
    client.read_until("\r\n\r\n");
    int last = -1;
    int count = 0;
    std::string event;
    while ((event = client.read_event()).starts_with('[')) {
        const auto number = std::stoi(event.substr(1));
        REQUIRE(number > last);
        last = number;
        ++count;
    }
    CHECK(event == "{\"done\":true}");
    CHECK(last == most - 1);
    CHECK(count < most);
    CHECK(client.read_event().empty());
}

TEST_CASE("a truncated stream ends without close_notify") {
    const bool is_cut_off = GENERATE(false, true);
    const tls_server_fixture server([&](http::exchange& x) -> awaitable<void> {
        x.notify("{}");
        if (is_cut_off) throw std::runtime_error("no");
        x.finish({200, "[]", {}, {}});
        co_return;
    });
    // An HTTP/1.0 stream has no other end than that of the connection.
    auto client = server.connect(either_version());
    client.send("POST /mcp HTTP/1.0\r\nHost: a\r\n\r\n");
    (void)client.read_to_end();
    CHECK(client.has_received_close_notify() != is_cut_off);
}

TEST_CASE("an idle connection over TLS ends with close_notify") {
    config::server settings;
    settings.http.idle_timeout = std::chrono::milliseconds(50);
    const tls_server_fixture server(test::echo, settings);
    auto client = server.connect(either_version());
    CHECK(client.is_at_end());
    CHECK(client.has_received_close_notify());
}

TEST_CASE("a handshake that does not end in time is closed") {
    config::server settings;
    settings.http.handshake_timeout = std::chrono::milliseconds(50);
    tls_server_fixture server(test::echo, settings);
    test::blocking_client silent(server.address());
    CHECK(silent.read_to_end().empty());
    test::blocking_client half(server.address());
    half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
    CHECK(half.read_to_end().empty());
    while (server->listener().open_connections() > 0) std::this_thread::yield();
}

TEST_CASE("draining closes a connection in its handshake") {
    tls_server_fixture server(test::echo);
    test::blocking_client silent(server.address());
    while (server->listener().open_connections() == 0) std::this_thread::yield();
    server->listener().drain();
    CHECK(silent.read_to_end().empty());
}

TEST_CASE("a clear-text client of a TLS address is told to use https") {
    const tls_server_fixture server(test::echo);
    test::blocking_client client(server.address());
    const auto got = client.request(post_json("1"));
    CHECK(got.status == 400);
    CHECK(got.body.find("This address requires TLS. Use https:// in the URL.") != std::string::npos);
    CHECK(client.is_at_end());
}

TEST_CASE("a TLS client above the connection limit gets an alert") {
    config::server settings;
    settings.http.connections = 1;
    const tls_server_fixture server(test::echo, settings);
    auto first = server.connect();
    test::blocking_client second(server.address());
    CHECK(second.read_to_end() == std::string("\x15\x03\x03\x00\x02\x02\x50", 7));
    CHECK(first.request(post_json("1")).status == 200);
}

TEST_CASE("a verified client certificate is among the facts, and any other one fails the handshake") {
    const test_certificate known("known");
    const test_certificate unknown("unknown");
    auto with = server_certificate().settings();
    with.client_ca = known.certificate;
    const auto version = either_version();
    const tls_server_fixture server(send_certificate, {}, with);
    CHECK((server.connect(version, &known).request(post("")).body == known.der()));
    CHECK(server.connect(version).request(post("")).body.empty());
    auto stranger = server.connect(version, &unknown);
    stranger.send(post(""));
    CHECK(stranger.read_to_end().empty());
}

TEST_CASE("a client without a required certificate is refused") {
    const test_certificate known("known");
    auto with = server_certificate().settings();
    with.client_ca = known.certificate;
    with.requires_client_certificate = true;
    const auto version = either_version();
    const tls_server_fixture server(send_certificate, {}, with);
    CHECK((server.connect(version, &known).request(post("")).body == known.der()));
    auto nobody = server.connect(version);
    nobody.send(post(""));
    CHECK(nobody.read_to_end().empty());
}

TEST_CASE("no client certificate is requested without client_ca") {
    const test_certificate known("known");
    const tls_server_fixture server(send_certificate);
    CHECK(server.connect(TLS1_3_VERSION, &known).request(post("")).body.empty());
}

TEST_CASE("a hundred failed handshakes leak no descriptor") {
    tls_server_fixture server(test::echo);
    const auto open_files = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto before = open_files();
    for (int i = 0; i < 100; ++i) {
        test::blocking_client client(server.address());
        client.send("What is this?\n");
        (void)client.read_to_end();
    }
    while (server->listener().open_connections() > 0) std::this_thread::yield();
    CHECK(open_files() <= before);
}
