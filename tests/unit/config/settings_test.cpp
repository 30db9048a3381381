#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

constexpr std::string_view auth = "[auth]\nbackend = 'env-token'\n";

// What is said of a file that is fine but for these lines, the first of which is line 3.
std::string refusal_of(std::string_view lines) {
    return config_fixture().refusal(std::string(auth) + std::string(lines));
}
config::settings read_settings(std::string_view lines) {
    return config_fixture().read(std::string(auth) + std::string(lines));
}

}  // namespace

TEST_CASE("a file that only names the auth backend gets the defaults") {
    const auto settings = read_settings("");
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
        return read_settings(tls + more).tls->requires_client_certificate;
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
    CHECK(refusal_of("[sever]") ==
          R"(t.toml:3:2: unknown key at the top level (did you mean "server"?); )"
          R"(expected one of server, limits, tls, auth, stdio, audit, metrics, plugins, plugin, found "sever")");
    CHECK(refusal_of("[tls]\n  certifcate = 'x'") ==
          R"(t.toml:4:3: unknown key in [tls] (did you mean "certificate"?); )"
          R"(expected one of certificate, key, client_ca, client_certificate, found "certifcate")");
    CHECK(refusal_of("[[plugin]]\nlibrary = 'x'\nzzzzzzzzzz = 1") ==
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
        CHECK(refusal_of(lines) == "t.toml:" + std::string(sentence));
    }
}

TEST_CASE("an empty list of scopes differs from an absent one") {
    CHECK_FALSE(read_settings("[[plugin]]\nlibrary = 'x'").plugins[0].scopes);
    CHECK(read_settings("[[plugin]]\nlibrary = 'x'\nscopes = []").plugins[0].scopes == strings{});
}

TEST_CASE("an impossible scope is refused with its place") {
    struct row {
        std::string_view scope, wrong;
    };
    constexpr std::string_view star = "has a star, which is not allowed in a required scope: a scope covers all "
                                      "narrower scopes, and * can only be granted";
    for (const auto& [scope, wrong] : {row{"*", star},
                                       row{"orders:*", star},
                                       row{"", "is not a scope"},
                                       row{"a b", "is not a scope"},
                                       row{":a", "is not a scope"},
                                       row{"a:", "is not a scope"},
                                       row{"a::b", "is not a scope"},
                                       row{"a\"b", "is not a scope"}}) {
        INFO(scope);
        const std::string sentence =
            std::string(wrong) +
            "; expected words separated by colons such as \"orders:read\", without spaces, quotes and "
            "backslashes, found \"" +
            std::string(scope) + '"';
        CHECK(refusal_of("[[plugin]]\nlibrary = 'x'\nscopes = ['a', '" + std::string(scope) + "']") ==
              "t.toml:5:16: plugin.scopes[1] " + sentence);
        CHECK(refusal_of("[[plugin]]\nlibrary = 'x'\n[[plugin.tool]]\nmatch = 'a'\nscopes = ['" + std::string(scope) +
                         "']") == "t.toml:7:11: plugin.tool.scopes[0] " + sentence);
    }
}

TEST_CASE("a tool rule has a pattern and the required scopes") {
    const std::string glob = "a tool name without the prefix, with * for any characters and ? for one character, "
                             "such as \"*_write\"";
    const auto rule = [](std::string_view lines) {
        return refusal_of("[[plugin]]\nlibrary = 'x'\n[[plugin.tool]]\n" + std::string(lines));
    };
    CHECK(rule("scopes = []") == "t.toml:5:1: plugin.tool.match is missing; expected " + glob + ", found none");
    CHECK(rule("match = 'a'") ==
          "t.toml:5:1: plugin.tool.scopes and plugin.tool.timeout are missing; expected one of them: scopes = "
          "[\"orders:write\"], or [] for any caller; timeout = \"5s\", found none");
    CHECK(rule("match = ''\nscopes = []") ==
          "t.toml:6:9: plugin.tool.match cannot match a tool name; expected " + glob + ", found \"\"");
    CHECK(rule("match = 'a[bc]'\nscopes = []") ==
          "t.toml:6:9: plugin.tool.match cannot match a tool name; expected " + glob + ", found \"a[bc]\"");
    CHECK(rule("match = 'a'\nscope = []") ==
          "t.toml:7:1: unknown key in [[plugin.tool]] (did you mean \"scopes\"?); expected one of match, scopes, "
          "timeout, found \"scope\"");
    CHECK(refusal_of("[[plugin]]\nlibrary = 'x'\ntool = 'a'") ==
          "t.toml:5:8: plugin.tool has the wrong type; expected an array of tables, each with the header "
          "[[plugin.tool]], found a string");
    CHECK(refusal_of("[[plugin]]\nlibrary = 'x'\nread_only = 1") ==
          "t.toml:5:13: plugin.read_only has the wrong type; expected true or false, found an integer");
}

TEST_CASE("names have at most 64 characters") {
    const std::string longest(64, 'n');
    const auto lines = [](const std::string& name) {
        return "[[plugin]]\nlibrary = 'x'\nname = '" + name + "'\nprefix = '" + name + "'";
    };
    CHECK(refusal_of(lines(longest)).empty());
    CHECK_FALSE(refusal_of(lines(longest + 'n')).empty());
}

TEST_CASE("a backend occurs once, and its token cannot be in the configuration") {
    CHECK(config_fixture().refusal("[auth]\nbackend = ['a', 'a']") ==
          R"(t.toml:2:17: auth.backend[1] is listed twice; expected each backend once, found "a")");
    CHECK(refusal_of("variable = 'sk-canary'") ==
          "t.toml:3:12: auth.variable is not the name of a variable; expected a name such as "
          "MCP_AUTH_TOKEN "
          "(do not put the token itself here), found something else");
}

TEST_CASE("a value from the environment is not shown in an error") {
    config_fixture fixture;
    fixture.set("RACK_VALUE", "canary");
    for (const auto* lines : {"[server]\nlisten = '${RACK_VALUE}'",
                              "[server]\nlisten = '${RACK_VALUE}:1'",
                              "[server]\npath = '${RACK_VALUE}'",
                              "[server]\npublic_url = '${RACK_VALUE}'",
                              "[server]\nallowed_hosts = ['@${RACK_VALUE}']",
                              "[server]\nallowed_origins = ['${RACK_VALUE}']",
                              "[server]\nallow_cleartext = ['${RACK_VALUE}']",
                              "[server]\ndrain = '${RACK_VALUE}'",
                              "[limits]\nhead = '${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = '${RACK_VALUE}.so'",
                              "[[plugin]]\nlibrary = 'x'\nname = '/${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = 'x'\nprefix = '/${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = 'x'\nisolation = '${RACK_VALUE}'"}) {
        const auto sentence = fixture.refusal(std::string(auth) + lines);
        INFO(sentence);
        CHECK(sentence.ends_with("found a value from the environment (not shown)"));
        CHECK(sentence.find("canary") == std::string::npos);
    }
    CHECK(fixture.read(std::string(auth) + "[server]\npath = '/${RACK_VALUE}'").server.path == "/canary");
}

TEST_CASE("the name of a backend from the environment is not shown in an error") {
    config_fixture fixture;
    fixture.set("RACK_VALUE", "canary");
    const std::string file = "[auth]\nbackend = ['${RACK_VALUE}', 'b']\n";
    CHECK(fixture.read(file + "[auth.options.canary]\nk = 1").auth.backends.front().options.json == R"({"k":1})");
    for (const auto* lines : {"[auth.options.canari]\nk = 1", "[auth.sha256]\ncanari = 'x'"}) {
        const auto sentence = fixture.refusal(file + lines);
        CHECK(sentence.find("; expected one of the backends, by name, found \"canari\"") != std::string::npos);
        CHECK(sentence.find("canary") == std::string::npos);
    }
}

TEST_CASE("the name of a backend is escaped in errors about its options") {
    const auto sentence = config_fixture().refusal("[auth]\nbackend = ['/a\tb', \"/c\\nd\"]\n[auth.options.x]\nk = 1");
    CHECK(sentence.find("; expected one of a\\x09b, c\\x0ad, found \"x\"") != std::string::npos);
}

TEST_CASE("metrics require configured scopes") {
    const config_fixture fixture;
    CHECK_FALSE(fixture.read(auth).metrics);
    CHECK(fixture.read(std::string(auth) + "[metrics]\nscopes = []").metrics->scopes.empty());
    CHECK(fixture.read(std::string(auth) + "[metrics]\nscopes = ['a', 'b:c']").metrics->scopes == strings{"a", "b:c"});
    for (const auto* line :
         {"", "scopes = 'a'", "scopes = [1]", "scopes = ['']", "scopes = ['a b']", "scopes = ['*']", "scope = ['a']"}) {
        INFO(line);
        CHECK_FALSE(fixture.refusal(std::string(auth) + "[metrics]\n" + line).empty());
    }
}

TEST_CASE("sealing keys are read from their files, in order") {
    config_fixture fixture;
    const auto next = fixture.write_secret("next", "a key of thirty-two bytes or more\n");
    fixture.set("SEAL_KEY", "another key of thirty-two bytes, in a variable");
    const auto settings = fixture.read("[server]\nseal_keys = [{ file = '" + next.string() +
                                       "' }, { env = 'SEAL_KEY' }]\n" + std::string(auth));
    REQUIRE(settings.server.seal_keys.size() == 2);
    CHECK(settings.server.seal_keys[0].reveal() == "a key of thirty-two bytes or more");
    CHECK(settings.server.seal_keys[1].reveal() == "another key of thirty-two bytes, in a variable");
}

TEST_CASE("a sealing key that is inline or short is refused, and never shown") {
    config_fixture fixture;
    fixture.set("SHORT", "canary-of-31-bytes-aaaaaaaaaaaa");
    const std::string here = "t.toml:4:";
    const auto keys = [](std::string_view list) { return refusal_of("[server]\nseal_keys = " + std::string(list)); };
    CHECK(keys("['canary']").starts_with(here));
    CHECK(keys("['canary']").find("seal_keys[0] is not a reference to a secret") != std::string::npos);
    CHECK(keys("['canary']").find("canary") == std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("at least 32 bytes") != std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("found 31 bytes") != std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("canary") == std::string::npos);
    CHECK(keys("[]").find("server.seal_keys is empty") != std::string::npos);
    CHECK(keys("'canary'").find("wrong type") != std::string::npos);
}

TEST_CASE("the stdio caller has a name") {
    CHECK(refusal_of("[stdio]\nsubject = ''").find("1 to 256 bytes") != std::string::npos);
    CHECK(refusal_of("[stdio]\nsubject = '" + std::string(257, 'a') + "'").find("1 to 256 bytes") != std::string::npos);
}

TEST_CASE("options of several backends are grouped by name") {
    const config_fixture fixture;
    const auto said = [&](std::string_view lines) {
        return fixture.refusal("[auth]\nbackend = ['a', '/x/b.so']\n" + std::string(lines));
    };
    CHECK(said("options.path = 'p'").find("unknown key in [auth.options]; expected one of a, b") != std::string::npos);
    CHECK(said("options.a = 'p'").find("auth.options.a has the wrong type; expected a table") != std::string::npos);
    CHECK(said("shared_subjects = ['a', 'c']").find("auth.shared_subjects[1] is not one of the backends") !=
          std::string::npos);
    const auto settings = fixture.read("[auth]\nbackend = ['a', '/x/b.so']\noptions.b.k = 1");
    CHECK(settings.auth.backends[0].options.json == "{}");
    CHECK(settings.auth.backends[1].options.json == R"({"k":1})");
}

TEST_CASE("an audit has a file, and omits arguments by default") {
    using choice = enum config::audit::arguments;
    const auto audit = read_settings("[audit]\npath = '/var/log/a.jsonl'\n").audit;
    REQUIRE(audit);
    CHECK(audit->path == "/var/log/a.jsonl");
    CHECK(audit->arguments == choice::none);
    CHECK_FALSE(audit->is_required);

    const auto all = read_settings("[audit]\npath = '/a'\narguments = 'full'\nrequired = true\n").audit;
    REQUIRE(all);
    CHECK(all->arguments == choice::full);
    CHECK(all->is_required);
    CHECK(read_settings("[audit]\npath = '/a'\narguments = 'digest'\n").audit->arguments == choice::digest);
}

TEST_CASE("an audit without a file, or with a relative path, is refused") {
    CHECK(refusal_of("[audit]\nrequired = true\n") ==
          "t.toml:3:1: audit.path is missing; expected the path of the file to write to, found none");
    for (const auto* path : {"audit.jsonl", "", "/var/log/", "~/audit"})
        CHECK(refusal_of("[audit]\npath = '" + std::string(path) + "'\n")
                  .find("t.toml:4:8: audit.path is not the path of a file") == 0);
    CHECK(refusal_of("[audit]\npath = '/a'\narguments = 'some'\n").find(R"("none", "digest" or "full")") !=
          std::string::npos);
    CHECK(refusal_of("[audit]\npath = '/a'\nrequired = 'yes'\n").find("t.toml:5:") == 0);
    CHECK(refusal_of("[audit]\nfile = '/a'\n").find("unknown key") != std::string::npos);
}

}  // namespace toolrack
