// The configuration as plain structs, validated and with defaults filled in.
//
// Nothing is opened, resolved or loaded here; the code that uses a setting does that.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace toolrack::config {

using std::chrono::milliseconds;

// A location in a configuration file, for error messages: "FILE:LINE:COLUMN". Line 0 means the whole file, "FILE".
struct location {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
};
std::string to_string(const location& location);

// The options of a plugin or auth backend, as the JSON object that it receives. `locations` maps each JSON pointer ("",
// "/database", "/paths/0") to its location, so that an error can name line and column. Values may be secrets (from
// references and the environment): errors never show them, and the destructor wipes each copy. Not movable, because a
// moved-from string keeps short values.
struct options {
    std::string json = "{}";
    std::map<std::string, location> locations;

    ~options();
};

// One address to listen on.
struct address {
    enum class kind { tcp, unix_socket };
    kind kind = kind::tcp;
    std::string host;         // tcp: an IP address literal, without brackets, in canonical form
    unsigned short port = 0;  // tcp; 0 lets the system choose
    std::string path;         // unix_socket
    location where;

    bool is_loopback() const;  // 127.0.0.0/8 or ::1; meaningless for a unix socket
};
std::string to_string(const address& address);  // "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock"

// Fixed paths, served on every address.
inline constexpr std::string_view alive_path = "/healthz", ready_path = "/readyz", metrics_path = "/metrics";

// Limits for connections and unauthenticated requests. Sizes in bytes.
struct http_limits {
    std::size_t head = 16 * 1024;
    std::size_t body = 4 * 1024 * 1024;
    std::size_t connections = 10'000;
    std::size_t connections_per_source = 2'000;
    milliseconds handshake_timeout{10'000};
    milliseconds head_timeout{10'000};
    milliseconds idle_timeout{75'000};
    milliseconds write_timeout{30'000};

    // Networks of proxies, where one address stands for many clients, so that limits per source do not apply; "unix"
    // means unix sockets. Absent: loopback, unix sockets and the networks in allow_cleartext.
    std::optional<std::vector<std::string>> proxies;

    bool operator==(const http_limits&) const = default;
};

// Limits for authenticated callers. Rates are requests per second.
struct call_limits {
    std::size_t connections_per_principal = 2'000;
    std::size_t calls_per_principal = 1'000;  // running at once
    std::size_t calls_per_source = 1'000;
    std::size_t rate_per_principal = 100'000;
    std::size_t rate_per_source = 100'000;
    milliseconds burst{1'000};  // requests of this time span may come at once
    std::size_t failures_per_minute = 60;
};

struct server {
    std::vector<address> listen;  // never empty; default 127.0.0.1:8080
    std::string path = "/mcp";
    std::optional<std::string> public_url;
    std::optional<std::vector<std::string>> allowed_hosts;    // absent: the default; empty: nobody
    std::optional<std::vector<std::string>> allowed_origins;  // absent: the default; empty: nobody
    std::vector<std::string> allow_cleartext;                 // networks (CIDR) whose clients may connect without TLS
    std::size_t page_size = 100;
    unsigned threads = 0;  // 0: one per core
    std::size_t max_result = 16 * 1024 * 1024;
    std::size_t json_depth = 64;
    std::size_t sessions = 10'000;
    std::size_t memory = 0;  // bytes that may be held for clients; 0: a quarter of the machine's memory
    milliseconds session_idle{30 * 60 * 1000};
    milliseconds drain{30'000};
    std::vector<secret> seal_keys;  // the first seals, all open; empty: a key in the state directory
                                    // that the server creates
    bool read_only = false;         // applies to every plugin
    http_limits http;
    call_limits calls;  // changed by a reload
};

// Whether all settings that take effect only at a start are equal.
bool has_same_listeners(const server& one, const server& other);

// `[tls]`. All strings are paths of PEM files.
struct tls {
    std::string certificate;  // the server certificate first, then intermediates
    std::string key;
    std::string client_ca;  // trusted CAs of client certificates; empty: none requested
    bool requires_client_certificate = false;
    location where;
};

// `sha256`: the expected digest of a library file.
struct pin {
    std::string sha256;  // 64 lower-case hexadecimal digits
    location where;
};

// `[auth]`
struct backend {
    std::string library;  // name of a shipped backend, or a path
    std::string name;     // file name of the library without ".so"
    config::options options;
    std::optional<pin> sha256;
};
struct auth {
    std::vector<backend> backends;             // asked in order
    std::vector<std::string> shared_subjects;  // backends that share one name space of subjects
    std::string variable = "MCP_AUTH_TOKEN";   // env-token: the environment variable with the token
    location where;
};

// `[stdio]`: the principal of requests over stdio, which carry no token.
struct stdio {
    std::string subject = "local";
};

// `[audit]`
struct audit {
    enum class arguments { none, digest, full };
    std::filesystem::path path;
    audit::arguments arguments = arguments::none;  // how call arguments are recorded
    bool is_required = false;                      // a call is rejected when it cannot be recorded

    bool operator==(const audit&) const = default;
};

// `[metrics]`. Absent: no /metrics.
struct metrics {
    std::vector<std::string> scopes;  // all are required; empty: any principal
};

// `[[plugin.tool]]`: scopes and timeout of the tools whose names (without prefix) match a glob. At least one of the two
// is set.
struct tool_rule {
    std::string match;                               // A-Z a-z 0-9 _ . - with * and ?
    std::optional<std::vector<std::string>> scopes;  // all are required; empty: any principal
    location where;                                  // location of `match`
    std::optional<milliseconds> timeout = std::nullopt;
};

// `sandbox`: what a plugin in a worker process may access. The default grants read access to system libraries and a
// state folder of its own, nothing else.
struct sandbox {
    bool network = false;
    std::vector<std::string> read;   // absolute paths of files and folders
    std::vector<std::string> write;  // likewise; includes read access
    unsigned processes = 0;  // child processes that the plugin may start; 0: none. The number itself is not enforced
    std::size_t memory = 512 * 1024 * 1024;
    bool required = false;  // do not run where the kernel cannot enforce the sandbox
};
// The configuration line for these values, without defaults: `sandbox = { network = true }`.
std::string to_toml(const sandbox& sandbox);

struct plugin {
    std::string library;  // name of a shipped plugin, or a path (with a slash)
    std::string name;     // name of the instance; default: file name of the library without ".so"
    std::string prefix;
    std::string isolation = "process";  // or "host"
    bool required = false;
    std::optional<std::vector<std::string>> scopes;  // absent: as the plugin suggests; empty: any
                                                     // principal
    std::vector<tool_rule> tools;                    // the first match that sets a value
                                                     // applies
    bool read_only = false;                          // serve only tools annotated as read-only
    milliseconds timeout{60'000};
    std::size_t threads = 4;
    std::size_t queue = 64;
    config::options options;
    location where;
    std::optional<pin> sha256;
    config::sandbox sandbox;  // for a worker process
};

// Names that begin with "toolrack", in any case, are reserved for the server itself.
bool is_reserved(std::string_view name) noexcept;

struct settings {
    std::filesystem::path file;  // the main file; empty when there is none
    config::server server;
    std::optional<config::tls> tls;
    config::auth auth;
    config::stdio stdio;
    std::optional<config::audit> audit;
    std::optional<config::metrics> metrics;
    std::vector<std::filesystem::path> directories;  // drop-in: every .so there is served
    std::vector<plugin> plugins;
};

// Reads `file`, then conf.d/*.toml beside it in sorted order (a later file may add tables and
// plugins; the same key twice is an error that names both places). Throws failure (exit 78) with
// "FILE:LINE:COLUMN: what is wrong; expected ..., found ...".
settings read(const std::filesystem::path& file);

// Reads NAME.toml beside a dropped-in NAME.so: the body of a `[[plugin]]` without `library`.
plugin read_drop_in(const std::filesystem::path& file, const std::filesystem::path& library);

// The configuration file when none is named: $TOOLRACK_CONFIG if set, else the first that exists of
// $XDG_CONFIG_HOME/toolrack/toolrack.toml (or ~/.config/...) and /etc/toolrack/toolrack.toml. Throws failure that lists
// all of them when there is none.
std::filesystem::path find_file();

}  // namespace toolrack::config
