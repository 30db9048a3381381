#include <algorithm>

#include "catch.hpp"
#include "http/request_check.hpp"

using namespace toolrack;

namespace {

config::address tcp(std::string host, unsigned short port) {
    config::address made;
    made.host = std::move(host);
    made.port = port;
    return made;
}

bool has(const std::vector<std::string>& entries, std::string_view wanted) {
    return std::ranges::find(entries, wanted) != entries.end();
}

}  // namespace

TEST_CASE("a loopback address is reached by every loopback name") {
    const auto made = http::make_endpoint_policy({}, {tcp("127.0.0.1", 8080)});
    CHECK(made.path == "/mcp");
    CHECK(made.hosts == std::vector<std::string>{"127.0.0.1:8080", "localhost:8080", "[::1]:8080"});
    CHECK(made.origins ==
          std::vector<std::string>{"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"});
}

TEST_CASE("a wildcard address is not an allowed host") {
    for (const auto* any : {"0.0.0.0", "::"}) {
        const auto made = http::make_endpoint_policy({}, {tcp(any, 8080)});
        CHECK(has(made.hosts, "localhost:8080"));
        CHECK_FALSE(has(made.hosts, "0.0.0.0:8080"));
        CHECK_FALSE(has(made.hosts, "[::]:8080"));
    }
}

TEST_CASE("another address is reached by its number and localhost") {
    const auto made = http::make_endpoint_policy({}, {tcp("FD00::5", 8080)});
    CHECK(made.hosts == std::vector<std::string>{"[fd00::5]:8080", "localhost:8080"});
}

TEST_CASE("the public URL is an allowed host and origin") {
    config::server server;
    server.public_url = "https://Tools.example.com/mcp";
    auto made = http::make_endpoint_policy(server, {});
    CHECK(made.hosts == std::vector<std::string>{"tools.example.com:443"});
    CHECK(made.origins == std::vector<std::string>{"https://tools.example.com"});

    server.public_url = "http://tools.example.com:8443";
    made = http::make_endpoint_policy(server, {});
    CHECK(made.hosts == std::vector<std::string>{"tools.example.com:8443"});
    CHECK(made.origins == std::vector<std::string>{"http://tools.example.com:8443"});
}

TEST_CASE("an origin omits the default port of its scheme") {
    const auto made = http::make_endpoint_policy({}, {tcp("127.0.0.1", 80)});
    CHECK(has(made.hosts, "localhost:80"));
    CHECK(has(made.origins, "http://localhost"));
}

TEST_CASE("the origin of a TLS address starts with https") {
    config::address local;
    local.kind = config::address::kind::unix_socket;
    const auto made = http::make_endpoint_policy({}, {tcp("127.0.0.1", 443), local}, true);
    CHECK(has(made.hosts, "127.0.0.1:443"));
    CHECK(has(made.origins, "https://127.0.0.1"));
    CHECK_FALSE(has(made.origins, "http://127.0.0.1:443"));
    CHECK(has(made.origins, "http://localhost"));  // the socket's, which stays clear
}

TEST_CASE("a unix socket is reached as localhost with any port") {
    config::address address;
    address.kind = config::address::kind::unix_socket;
    address.path = "/run/x.sock";
    CHECK(http::make_endpoint_policy({}, {address}).hosts == std::vector<std::string>{"localhost"});
}

TEST_CASE("a configured list replaces the default, and an empty one allows nothing") {
    config::server server;
    server.public_url = "https://tools.example.com/mcp";
    server.allowed_hosts = {"Only.example:1"};
    server.allowed_origins = std::vector<std::string>{};
    const auto made = http::make_endpoint_policy(server, {tcp("127.0.0.1", 8080)});
    CHECK(made.hosts == std::vector<std::string>{"only.example:1"});
    CHECK(made.origins.empty());
}
