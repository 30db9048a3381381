#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a file that only names the auth backend gets the defaults") {
    const auto settings = read_lines("");
    const auto& server = settings.server;
    REQUIRE(server.listen.size() == 1);
    CHECK(to_string(server.listen[0]) == "127.0.0.1:8080");
    CHECK(server.path == "/mcp");
    CHECK_FALSE(server.public_url);
    CHECK_FALSE(server.allowed_hosts);
    CHECK_FALSE(server.allowed_origins);
    CHECK(server.allow_cleartext.empty());
    CHECK(server.page_size == 100);
    CHECK(server.threads == 0);
    CHECK(server.max_result == 16u * 1024 * 1024);
    CHECK(server.json_depth == 64);
    CHECK(server.sessions == 10'000);
    CHECK(server.session_idle == 30min);
    CHECK(server.drain == 30s);
    CHECK(server.seal_keys.empty());
    CHECK_FALSE(server.read_only);
    CHECK(server.http.head == 16u * 1024);
    CHECK(server.http.body == 4u * 1024 * 1024);
    CHECK(server.http.connections == 10'000);
    CHECK(server.http.connections_per_source == 2'000);
    CHECK(server.http.handshake_timeout == 10s);
    CHECK(server.http.head_timeout == 10s);
    CHECK(server.http.idle_timeout == 75s);
    CHECK(server.http.write_timeout == 30s);
    CHECK_FALSE(settings.tls);
    REQUIRE(settings.auth.backends.size() == 1);
    CHECK(settings.auth.backends[0].library == "env-token");
    CHECK(settings.auth.shared_subjects.empty());
    CHECK(settings.auth.variable == "MCP_AUTH_TOKEN");
    CHECK(settings.auth.backends[0].options.json == "{}");
    CHECK(settings.auth.where.line == 1);
    CHECK(settings.stdio.subject == "local");
    CHECK_FALSE(settings.audit);
    CHECK(settings.directories.empty());
    CHECK(settings.plugins.empty());
}

TEST_CASE("every key is read") {
    const config_fixture fixture;
    const auto settings = fixture.read(R"(
[server]
listen = ["[::1]:9000", "unix:/run/x.sock"]
path = "/tools"
public_url = "https://tools.example.com/tools"
allowed_hosts = ["tools.example.com"]
allowed_origins = []
allow_cleartext = ["10.0.0.0/8"]
page_size = 20
threads = 2
max_result = "1MiB"
json_depth = 32
sessions = 5
session_idle = "5m"
drain = "500ms"
read_only = true
[limits]
head = "8KiB"
body = 1000
connections = 10
connections_per_source = 3
handshake_timeout = "4s"
head_timeout = "1s"
idle_timeout = "2s"
write_timeout = "3s"
[tls]
certificate = "/etc/c.pem"
key = "/etc/k.pem"
client_ca = "/etc/ca.pem"
client_certificate = "required"
[auth]
backend = ["token-file", "./mine.so"]
variable = "TOKEN"
shared_subjects = ["mine", "token-file"]
options.token-file.path = "/etc/tokens.toml"
[stdio]
subject = "ann"
[plugins]
directories = ["/a", "/b"]
[[plugin]]
library = "sqlite"
name = "orders"
prefix = "orders_"
isolation = "host"
required = true
timeout = "24h"
threads = 1
queue = 2
scopes = ["orders:read", "staff"]
read_only = true
options.database = "/srv/orders.db"
[[plugin.tool]]
match = "*_write"
scopes = ["orders:write"]
[[plugin.tool]]
match = "pi?g"
scopes = []
[[plugin.tool]]
match = "*"
timeout = "5s"
[[plugin]]
library = "/opt/lib/greet.so"
)");
    const auto& server = settings.server;
    REQUIRE(server.listen.size() == 2);
    CHECK(to_string(server.listen[0]) == "[::1]:9000");
    CHECK(server.listen[0].where.line == 3);
    CHECK(to_string(server.listen[1]) == "unix:/run/x.sock");
    CHECK(server.path == "/tools");
    CHECK(server.public_url == "https://tools.example.com/tools");
    CHECK(server.allowed_hosts == strings{"tools.example.com"});
    CHECK(server.allowed_origins == strings{});
    CHECK(server.allow_cleartext == strings{"10.0.0.0/8"});
    CHECK(server.page_size == 20);
    CHECK(server.threads == 2);
    CHECK(server.max_result == 1024u * 1024);
    CHECK(server.json_depth == 32);
    CHECK(server.sessions == 5);
    CHECK(server.session_idle == 5min);
    CHECK(server.drain == 500ms);
    CHECK(server.read_only);
    CHECK(server.http.head == 8u * 1024);
    CHECK(server.http.body == 1000);
    CHECK(server.http.connections == 10);
    CHECK(server.http.connections_per_source == 3);
    CHECK(server.http.handshake_timeout == 4s);
    CHECK(server.http.head_timeout == 1s);
    CHECK(server.http.idle_timeout == 2s);
    CHECK(server.http.write_timeout == 3s);
    CHECK(settings.stdio.subject == "ann");
    REQUIRE(settings.tls);
    CHECK(settings.tls->certificate == "/etc/c.pem");
    CHECK(settings.tls->key == "/etc/k.pem");
    CHECK(settings.tls->client_ca == "/etc/ca.pem");
    CHECK(settings.tls->requires_client_certificate);
    REQUIRE(settings.auth.backends.size() == 2);
    CHECK(settings.auth.backends[0].library == "token-file");
    CHECK(settings.auth.backends[1].library == "./mine.so");
    CHECK(settings.auth.backends[1].name == "mine");
    CHECK(settings.auth.shared_subjects == strings{"mine", "token-file"});
    CHECK(settings.auth.variable == "TOKEN");
    CHECK(settings.auth.backends[0].options.json == R"({"path":"/etc/tokens.toml"})");
    CHECK(settings.auth.backends[1].options.json == "{}");
    CHECK(settings.directories == std::vector<std::filesystem::path>{"/a", "/b"});
    REQUIRE(settings.plugins.size() == 2);
    const auto& orders = settings.plugins[0];
    CHECK(orders.library == "sqlite");
    CHECK(orders.name == "orders");
    CHECK(orders.prefix == "orders_");
    CHECK(orders.isolation == "host");
    CHECK(orders.required);
    CHECK(orders.timeout == 24h);
    CHECK(orders.threads == 1);
    CHECK(orders.queue == 2);
    CHECK(orders.scopes == strings{"orders:read", "staff"});
    CHECK(orders.read_only);
    REQUIRE(orders.tools.size() == 3);
    CHECK(orders.tools[0].match == "*_write");
    CHECK(orders.tools[0].scopes == strings{"orders:write"});
    CHECK(orders.tools[0].where.column == 9);
    CHECK(orders.tools[1].match == "pi?g");
    CHECK(orders.tools[1].scopes == strings{});
    CHECK_FALSE(orders.tools[1].timeout);
    CHECK_FALSE(orders.tools[2].scopes);
    CHECK(orders.tools[2].timeout == 5s);
    CHECK(orders.options.json == R"({"database":"/srv/orders.db"})");
    const auto& greet = settings.plugins[1];
    CHECK(greet.name == "greet");
    CHECK(greet.prefix.empty());
    CHECK(greet.isolation == "process");
    CHECK_FALSE(greet.required);
    CHECK(greet.timeout == 60s);
    CHECK(greet.threads == 4);
    CHECK(greet.queue == 64);
    CHECK_FALSE(greet.scopes);
    CHECK(greet.tools.empty());
    CHECK_FALSE(greet.read_only);
}

TEST_CASE("client certificates are optional by default") {
    const std::string tls = "[tls]\ncertificate = 'c'\nkey = 'k'\n";
    const auto is_required = [&](const std::string& more) {
        return read_lines(tls + more).tls->requires_client_certificate;
    };
    CHECK_FALSE(is_required(""));
    CHECK_FALSE(is_required("client_ca = 'a'"));
    CHECK_FALSE(is_required("client_ca = 'a'\nclient_certificate = 'optional'"));
    CHECK(is_required("client_ca = 'a'\nclient_certificate = 'required'"));
}

TEST_CASE("the error for a file without an auth backend says what to write") {
    const std::string sentence = "no auth backend is configured; the server does not start without one; "
                                 "expected an [auth] table with a "
                                 "line such as backend = \"env-token\", found none";
    CHECK(config_fixture().refusal("") == "t.toml: " + sentence);
    CHECK(config_fixture().refusal("[server]\n\n[auth]\nvariable = 'X'") == "t.toml:3:1: " + sentence);
    CHECK(config_fixture().refusal("[auth]\nbackend = []") == "t.toml:2:11: " + sentence);
}

TEST_CASE("an unknown key is refused with a suggestion") {
    CHECK(refusal_of_lines("[sever]") ==
          R"(t.toml:3:2: unknown key at the top level (did you mean "server"?); )"
          R"(expected one of server, limits, tls, auth, stdio, audit, metrics, plugins, plugin, found "sever")");
    CHECK(refusal_of_lines("[tls]\n  certifcate = 'x'") ==
          R"(t.toml:4:3: unknown key in [tls] (did you mean "certificate"?); )"
          R"(expected one of certificate, key, client_ca, client_certificate, found "certifcate")");
    CHECK(refusal_of_lines("[[plugin]]\nlibrary = 'x'\nzzzzzzzzzz = 1") ==
          R"(t.toml:5:1: unknown key in [[plugin]]; )"
          R"(expected one of library, name, sha256, prefix, isolation, sandbox, required, scopes, )"
          R"(tool, read_only, timeout, threads, queue, options, found "zzzzzzzzzz")");
    CHECK(config_fixture()
              .refusal("[auth]\nbackends = 'x'")
              .starts_with(R"(t.toml:2:1: unknown key in [auth] (did you mean "backend"?))"));
}

TEST_CASE("every invalid value is refused") {
    struct row {
        std::string_view lines;
        std::string_view sentence;
    };
    for (
        const auto& [lines, sentence] : {
            // types
            row{"[[server]]", "3:1: server has the wrong type; expected a table, [server], found an array"},
            row{"[plugin]\nlibrary = 'x'",
                "3:1: plugin has the wrong type; expected an array of tables, each with the "
                "header [[plugin]], found a table"},
            row{"[server]\npath = 1", "4:8: server.path has the wrong type; expected a string, found an integer"},
            row{"[server]\npage_size = '1'",
                "4:13: server.page_size has the wrong type; expected an integer from 1 to 10000, "
                "found a string"},
            row{"[server]\nlisten = 8080",
                "4:10: server.listen has the wrong type; expected a string or an array of strings, "
                "found an integer"},
            row{"[server]\nlisten = ['127.0.0.1:1', 2.5]",
                "4:26: server.listen[1] has the wrong type; expected a string, found a float"},
            row{"[server]\nallowed_hosts = 'a'",
                "4:17: server.allowed_hosts has the wrong type; expected an array of strings, "
                "found a string"},
            row{"[server]\ndrain = 30",
                R"(4:9: server.drain has the wrong type; )"
                R"(expected a duration such as "500ms", "30s", "5m", "24h" or "90d", )"
                R"(above zero, up to "3650d", found an integer)"},
            row{"[server]\nmax_result = true",
                R"(4:14: server.max_result has the wrong type; )"
                R"(expected a size from 256 to 1073741824 bytes, or one such as "16KiB" or "4MiB", found a boolean)"},
            row{"[[plugin]]\nlibrary = 'x'\nrequired = 'yes'",
                "5:12: plugin.required has the wrong type; expected true or false, found a string"},
            row{"[[plugin]]\nlibrary = 'x'\noptions = 1979-05-27",
                "5:11: plugin.options has the wrong type; expected a table, found a date"},
            // ranges
            row{"[server]\npage_size = 0",
                "4:13: server.page_size is out of range; expected an integer from 1 to 10000, "
                "found 0"},
            row{"[server]\nthreads = 257",
                "4:11: server.threads is out of range; expected an integer from 0 to 256, found "
                "257"},
            row{"[server]\njson_depth = -1",
                "4:14: server.json_depth is out of range; expected an integer from 8 to 512, found "
                "-1"},
            row{"[server]\nsessions = 9223372036854775807",
                "4:12: server.sessions is out of range; expected an integer from 1 to 1000000, "
                "found 9223372036854775807"},
            row{"[server]\nsession_idle = '0s'",
                R"(4:16: server.session_idle is not a valid duration; )"
                R"(expected a duration such as "500ms", "30s", "5m", "24h" or "90d", )"
                R"(above zero, up to "3650d", found "0s")"},
            row{"[limits]\nhead = 255",
                R"(4:8: limits.head is not a valid size; )"
                R"(expected a size from 256 to 1048576 bytes, or one such as "16KiB" or "4MiB", found 255)"},
            row{"[limits]\nbody = -1",
                R"(4:8: limits.body is not a valid size; )"
                R"(expected a size from 256 to 1073741824 bytes, or one such as "16KiB" or "4MiB", found -1)"},
            row{"[limits]\nbody = '4MB'",
                R"(4:8: limits.body is not a valid size; )"
                R"(expected a size from 256 to 1073741824 bytes, or one such as "16KiB" or "4MiB", found "4MB")"},
            row{"[limits]\nconnections = 0",
                "4:15: limits.connections is out of range; expected an integer from 1 to 1000000, "
                "found 0"},
            row{"[[plugin]]\nlibrary = 'x'\nqueue = 0",
                "5:9: plugin.queue is out of range; expected an integer from 1 to 100000, found 0"},
            // [server]
            row{"[server]\nlisten = []",
                R"(4:10: server.listen is empty; expected an address such as "127.0.0.1:8080", found none)"},
            row{"[server]\nlisten = '8080'",
                R"(4:10: server.listen has no port; )"
                R"(expected "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "unix:/run/toolrack/mcp.sock", )"
                R"(found "8080")"},
            row{"[server]\npath = 'mcp'",
                R"(4:8: server.path does not begin with a slash; expected a path such as "/mcp", found "mcp")"},
            row{"[server]\npath = ''",
                R"(4:8: server.path does not begin with a slash; expected a path such as "/mcp", found "")"},
            row{"[server]\npath = '/mcp/'",
                R"(4:8: server.path ends in a slash; expected a path such as "/mcp", found "/mcp/")"},
            row{"[server]\npath = '/a?b'",
                R"(4:8: server.path has characters that are not allowed in a path; expected a path such as "/mcp", )"
                R"(found "/a?b")"},
            // [tls]
            row{"[tls]\nkey = 'k'", "3:1: tls.certificate is missing; expected the path of a PEM file, found none"},
            row{"[tls]\ncertificate = 'k'", "3:1: tls.key is missing; expected the path of a PEM file, found none"},
            row{"[tls]\ncertificate = ''\nkey = 'k'",
                R"(4:15: tls.certificate is empty; expected the path of a PEM file, found "")"},
            row{"[tls]\ncertificate = 'c'\nkey = 'k'\nclient_ca = 'a'\nclient_certificate = 'maybe'",
                R"(7:22: tls.client_certificate is not a valid value; expected "optional" or "required", found "maybe")"},
            row{"[tls]\ncertificate = 'c'\nkey = 'k'\nclient_certificate = 'required'",
                R"(6:22: tls.client_certificate needs tls.client_ca; )"
                R"(expected tls.client_ca with the path of a PEM file of certificate authorities, found "required")"},
            // [plugins] and [[plugin]]
            row{"[plugins]\ndirectories = ['']",
                R"(4:16: plugins.directories[0] is empty; expected the path of a folder, found "")"},
            row{"[[plugin]]",
                R"(3:1: plugin.library is missing; expected a line such as library = "sqlite", found none)"},
            row{"[[plugin]]\nlibrary = 'x.so'",
                R"(4:11: plugin.library is not a library name; )"
                R"(expected the name of a shipped library such as "sqlite", or a path with a slash such as "./mine.so", )"
                R"(found "x.so")"},
            row{"[[plugin]]\nlibrary = './x/'",
                R"(4:11: plugin.library is the path of a folder; )"
                R"(expected the name of a shipped library such as "sqlite", or a path with a slash such as "./mine.so", )"
                R"(found "./x/")"},
            row{"[[plugin]]\nlibrary = './a b.so'",
                R"(3:1: the file name of the library is not a valid instance name; )"
                R"(expected plugin.name = "..." with 1 to 64 of the characters A-Z a-z 0-9 _ . -, found no such line)"},
            row{"[[plugin]]\nlibrary = 'x'\nname = ''",
                R"(5:8: plugin.name is not a valid name; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -, found "")"},
            row{"[[plugin]]\nlibrary = 'x'\nname = 'a b'",
                R"(5:8: plugin.name is not a valid name; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -, found "a b")"},
            row{"[[plugin]]\nlibrary = 'x'\nprefix = 'a/'",
                R"(5:10: plugin.prefix is not a prefix; )"
                R"(expected at most 64 of the characters A-Z a-z 0-9 _ . -, found "a/")"},
            row{"[[plugin]]\nlibrary = 'x'\nisolation = 'Host'",
                R"(5:13: plugin.isolation is not an isolation mode; expected "process" or "host", found "Host")"},
            row{"[[plugin]]\nlibrary = 'x'\n\n[[plugin]]\nlibrary = './x.so'",
                R"(6:1: two plugins have the name "x"; )"
                R"(expected a unique name for each, found the first at t.toml:3:1)"},
        }) {
        INFO(lines);
        CHECK(refusal_of_lines(lines) == "t.toml:" + std::string(sentence));
    }
}

}  // namespace toolrack
