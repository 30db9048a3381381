#include "config/address.hpp"

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack::config {
namespace {

text written(std::string value) {
    return {.value = std::move(value), .key = "K", .where = {.file = "t.toml", .line = 1, .column = 2}};
}

template <typename Parse>
std::string refusal_of_address(Parse parse, std::string value) {
    return config_fixture().refusal_of([&] { parse(written(std::move(value))); });
}

}  // namespace

TEST_CASE("an address to listen on is read and written back in canonical form") {
    struct row {
        std::string given;
        std::string_view canonical;
        bool loopback;
    };
    for (const auto& [given, canonical, loopback] : {
             row{"127.0.0.1:8080", "127.0.0.1:8080", true},
             row{"127.9.9.9:1", "127.9.9.9:1", true},
             row{"localhost:0", "127.0.0.1:0", true},
             row{"[::1]:65535", "[::1]:65535", true},
             row{"[0:0:0:0:0:0:0:1]:80", "[::1]:80", true},
             row{"0.0.0.0:80", "0.0.0.0:80", false},
             row{"[::]:80", "[::]:80", false},
             row{"128.0.0.1:80", "128.0.0.1:80", false},
             row{"[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80", false},
             row{"unix:/run/toolrack/mcp.sock", "unix:/run/toolrack/mcp.sock", false},
         }) {
        INFO(given);
        const address parsed = parse_address(written(given));
        CHECK(to_string(parsed) == canonical);
        CHECK(parsed.is_loopback() == loopback);
        CHECK(parsed.where.column == 2);
    }
}

TEST_CASE("an invalid address to listen on is refused") {
    const std::string forms =
        R"(expected "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "unix:/run/toolrack/mcp.sock")";
    CHECK(refusal_of_address(parse_address, "8080") == "t.toml:1:2: K has no port; " + forms + R"(, found "8080")");
    for (const std::string given : {"tools.example.com:80",
                                    ":8080",
                                    "*:80",
                                    "::1:80",
                                    "[127.0.0.1]:80",
                                    "[localhost]:80",
                                    "256.0.0.1:80",
                                    "[fe80::1%lo]:80",
                                    "http://127.0.0.1:80",
                                    "127.1:80"}) {
        INFO(given);
        CHECK(refusal_of_address(parse_address, given) ==
              "t.toml:1:2: K is not an address to listen on; " + forms + ", found \"" + given + '"');
    }
    for (const std::string given :
         {"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "127.0.0.1: 80", "127.0.0.1:99999999999"}) {
        INFO(given);
        CHECK(refusal_of_address(parse_address, given) ==
              "t.toml:1:2: K has no valid port; expected a port from 0 (any) to 65535, found \"" + given + '"');
    }
    CHECK(refusal_of_address(parse_address, "unix:run/x.sock") ==
          R"(t.toml:1:2: K names a relative socket; expected an absolute path such as "unix:/run/toolrack/mcp.sock", )"
          R"(found "unix:run/x.sock")");
    const std::string fits = "unix:/" + std::string(106, 'x');
    CHECK(refusal_of_address(parse_address, fits).empty());
    CHECK(refusal_of_address(parse_address, fits + 'x') ==
          "t.toml:1:2: K is too long for a socket path, or has a NUL character; expected a path of at most 107 "
          "bytes, found \"" +
              fits + "x\"");
}

TEST_CASE("a network is an address and a prefix that covers its bits") {
    CHECK(parse_network(written("10.0.0.0/8")) == "10.0.0.0/8");
    CHECK(parse_network(written("0.0.0.0/0")) == "0.0.0.0/0");
    CHECK(parse_network(written("192.168.7.9/32")) == "192.168.7.9/32");
    CHECK(parse_network(written("FD00:0::/8")) == "fd00::/8");
    const std::string expected = R"(; expected a network such as "10.0.0.0/8" or "fd00::/8", found )";
    CHECK(refusal_of_address(parse_network, "10.0.0.1") ==
          "t.toml:1:2: K is not a network" + expected + R"("10.0.0.1")");
    CHECK(refusal_of_address(parse_network, "lan/8") == "t.toml:1:2: K is not a network" + expected + R"("lan/8")");
    CHECK(refusal_of_address(parse_network, "10.0.0.0/33") ==
          "t.toml:1:2: K has no valid prefix length" + expected + R"("10.0.0.0/33")");
    CHECK(refusal_of_address(parse_network, "10.0.0.0/") ==
          "t.toml:1:2: K has no valid prefix length" + expected + R"("10.0.0.0/")");
    CHECK(refusal_of_address(parse_network, "10.0.0.1/8") ==
          "t.toml:1:2: K has bits set beyond its prefix" + expected + R"("10.0.0.1/8")");
}

TEST_CASE("a host is a name with an optional port") {
    CHECK(parse_host(written("tools.example.com:8443")) == "tools.example.com:8443");
    CHECK(parse_host(written("[::1]:80")) == "[::1]:80");
    for (const std::string given : {"", "*", "https://tools.example.com", "a b", "a/b", "me@a"}) {
        INFO(given);
        CHECK(
            refusal_of_address(parse_host, given) ==
            R"(t.toml:1:2: K is not a host; expected a host such as "tools.example.com" or "localhost:8080", found ")" +
                given + '"');
    }
}

TEST_CASE("an origin is a scheme, a host and an optional port") {
    CHECK(parse_origin(written("HTTPS://App.Example.com:8443")) == "https://app.example.com:8443");
    CHECK(parse_origin(written("vscode-webview://panel")) == "vscode-webview://panel");
    const std::string sentence = R"(t.toml:1:2: K is not an origin; expected a scheme, a host and optionally a port, )"
                                 R"(such as "https://app.example.com", found )";
    for (const std::string given :
         {"", "null", "*", "https://*", "app.example.com", "https://a/", "https://a/b", "https://a?q", "https://a#f"}) {
        INFO(given);
        CHECK(refusal_of_address(parse_origin, given) == sentence + '"' + given + '"');
    }
    CHECK(refusal_of_address(parse_origin, "https://me:canary@a") == sentence + "a user name in it");
}

TEST_CASE("the public URL is a canonical resource identifier") {
    CHECK(parse_public_url(written("HTTPS://Tools.Example.com:8443/Mcp")) == "https://tools.example.com:8443/Mcp");
    CHECK(parse_public_url(written("http://tools.example.com")) == "http://tools.example.com");
    const auto sentence = [](std::string_view wrong, std::string_view found) {
        return "t.toml:1:2: K " + std::string(wrong) +
               R"(; expected a URL such as "https://tools.example.com/mcp", found )" + std::string(found);
    };
    CHECK(refusal_of_address(parse_public_url, "/mcp") ==
          sentence("is not an absolute http or https URL", R"("/mcp")"));
    CHECK(refusal_of_address(parse_public_url, "ftp://a") ==
          sentence("is not an absolute http or https URL", R"("ftp://a")"));
    CHECK(refusal_of_address(parse_public_url, "https://") ==
          sentence("is not an absolute http or https URL", R"("https://")"));
    CHECK(refusal_of_address(parse_public_url, "https:a") ==
          sentence("is not an absolute http or https URL", R"("https:a")"));
    CHECK(refusal_of_address(parse_public_url, "https://a b") ==
          sentence("is not an absolute http or https URL", R"("https://a b")"));
    CHECK(refusal_of_address(parse_public_url, "https://a/b#c") ==
          sentence("must not have a fragment", R"("https://a/b#c")"));
    CHECK(refusal_of_address(parse_public_url, "https://a/b?c") ==
          sentence("must not have a query", R"("https://a/b?c")"));
    CHECK(refusal_of_address(parse_public_url, "https://a/b/") ==
          sentence("must not end in a slash", R"("https://a/b/")"));
    CHECK(refusal_of_address(parse_public_url, "https://a/") == sentence("must not end in a slash", R"("https://a/")"));
    CHECK(refusal_of_address(parse_public_url, "https://me:canary@a") ==
          sentence("must not contain a user name", "one (not shown)"));
}

}  // namespace toolrack::config
