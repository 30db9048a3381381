// What an operator asked for: the TOML file as plain structs, checked and with defaults filled in.
//
// Nothing here is opened, resolved or loaded; the rooms that use a setting do that.
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

// Where in a file something was said, for error sentences: "FILE:LINE:COLUMN"; line 0 is the whole
// file, "FILE".
struct place {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
};
std::string to_string(const place& place);

// A plugin's or a backend's own options, as the JSON object it is given. `places` says where each
// JSON pointer ("", "/database", "/paths/0") stands, so that a complaint can name line and column.
// The values may hold secrets (from references and the environment): a complaint never shows one, and
// each copy is wiped when it goes (which is why there is no moving: what is moved from would keep short ones).
struct options {
    std::string json = "{}";
    std::map<std::string, place> places;

    ~options();
};

// One address to listen on.
struct address {
    enum class kind { tcp, unix_socket };
    kind kind = kind::tcp;
    std::string host;        // tcp: an IP address literal, without brackets, in canonical form
    unsigned short port = 0; // tcp; 0 lets the system choose
    std::string path;        // unix_socket
    place where;

    bool is_loopback() const; // 127.0.0.0/8, ::1; a unix socket is not asked
};
std::string to_string(const address& address); // "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock"

// What has a path of its own, on every address.
inline constexpr std::string_view alive_path = "/healthz", ready_path = "/readyz", metrics_path = "/metrics";

// Limits of the HTTP edge. Sizes in bytes.
struct http_limits {
    std::size_t head = 16 * 1024;
    std::size_t body = 4 * 1024 * 1024;
    std::size_t connections = 10'000;
    std::size_t connections_per_source = 2'000;
    milliseconds handshake_timeout{10'000};
    milliseconds head_timeout{10'000};
    milliseconds idle_timeout{75'000};
    milliseconds write_timeout{30'000};

    // Networks where one address may stand for many people, so that nothing is limited per source there; "unix" are
    // this machine's unix sockets. Absent: this machine, and those that allow_cleartext names.
    std::optional<std::vector<std::string>> proxies;

    bool operator==(const http_limits&) const = default;
};

// Limits of what comes through the gate. Rates are requests a second.
struct call_limits {
    std::size_t connections_per_principal = 2'000;
    std::size_t calls_per_principal = 1'000; // under way at once
    std::size_t calls_per_source = 1'000;
    std::size_t rate_per_principal = 100'000;
    std::size_t rate_per_source = 100'000;
    milliseconds burst{1'000}; // of so long a time at once
    std::size_t failures_per_minute = 60;
};

struct server {
    std::vector<address> listen; // never empty: 127.0.0.1:8080 when nothing is said
    std::string path = "/mcp";
    std::optional<std::string> public_url;
    std::optional<std::vector<std::string>> allowed_hosts;   // absent: the default; empty: nobody
    std::optional<std::vector<std::string>> allowed_origins; // absent: the default; empty: nobody
    std::vector<std::string>
        allow_cleartext; // networks (CIDR) that may come without TLS off loopback
    std::size_t page_size = 100;
    unsigned threads = 0; // 0: one per core
    std::size_t max_result = 16 * 1024 * 1024;
    std::size_t json_depth = 64;
    std::size_t sessions = 10'000;
    milliseconds session_idle{30 * 60 * 1000};
    milliseconds drain{30'000};
    std::vector<secret> seal_keys; // what clients carry for us is sealed with the first, opened with
                                   // any; none: a key of this server's own
    bool read_only = false;        // every plugin is
    http_limits http;
    call_limits calls; // a reload changes them
};

// Whether what a listener was made with is the same in both.
bool serves_alike(const server& one, const server& other);

// `[tls]`: what the listeners prove themselves with. All of them are paths of PEM files.
struct tls {
    std::string certificate; // the server's own first, then those that lead to its authority
    std::string key;
    std::string client_ca; // whose client certificates are good; empty: none is asked for
    bool requires_client_certificate = false;
    place where;
};

// `sha256`: the one file that a library may be.
struct pin {
    std::string sha256; // 64 hexadecimal digits, small
    place where;
};

// `[auth]`: the lock.
struct backend {
    std::string library; // a shipped backend's name, or a path
    std::string name;    // the library's file name without ".so"
    config::options options;
    std::optional<pin> sha256;
};
struct auth {
    std::vector<backend> backends;        // asked in order
    std::vector<std::string> same_people; // those whose subjects are one and the same, by name
    std::string variable =
        "MCP_AUTH_TOKEN"; // env-token: the environment variable that holds the token
    place where;
};

// `[stdio]`: who asks over a pipe, where nobody shows a token.
struct stdio {
    std::string subject = "local";
};

// `[audit]`: where account is kept of every call.
struct audit {
    enum class arguments { none, digest, full };
    std::filesystem::path path;
    audit::arguments arguments = arguments::none; // how much of what a call was given is written
    bool is_required = false;                     // nothing runs that cannot be written

    bool operator==(const audit&) const = default;
};

// `[metrics]`: who may read them. Without it there are none.
struct metrics {
    std::vector<std::string> scopes; // all of them; empty: any principal
};

// `[[plugin.tool]]`: what the tools whose own names fit a glob require of a caller, and how long they
// may take. It says at least one of the two.
struct tool_rule {
    std::string match; // of A-Z a-z 0-9 _ . - with * for any run of them and ? for one
    std::optional<std::vector<std::string>> scopes;         // all of them; empty: any principal
    place where;                                            // of the glob
    std::optional<milliseconds> timeout = std::nullopt;
};

// `sandbox`: what a plugin in a process of its own may have of the machine. Saying nothing grants
// nothing beyond reading system libraries and keeping files in a folder of its own.
struct sandbox {
    bool network = false;
    std::vector<std::string> read;  // absolute paths of files and folders
    std::vector<std::string> write; // the same; what may be written may be read
    unsigned processes = 0;         // that it may need at a time; 0: none. That there are no more is not seen to
    std::size_t memory = 512 * 1024 * 1024;
    bool required = false; // not to be run where the kernel cannot confine it
};
// The line that says so in a configuration: `sandbox = { network = true }`, without what is the default.
std::string to_toml(const sandbox& sandbox);

struct plugin {
    std::string library; // a shipped plugin's name, or a path (it contains a slash)
    std::string name;    // the instance's; defaults to the library's file name without ".so"
    std::string prefix;
    std::string isolation = "process"; // or "host"
    bool required = false;
    std::optional<std::vector<std::string>> scopes; // absent: what the plugin suggests; empty: any
                                                    // principal
    std::vector<tool_rule> tools;                   // of those that match, the first that says it
                                                    // counts
    bool read_only = false;                         // only tools that say they change nothing
    milliseconds timeout{60'000};
    std::size_t threads = 4;
    std::size_t queue = 64;
    config::options options;
    place where;
    std::optional<pin> sha256;
    config::sandbox sandbox; // of a process of its own
};

// Names that begin with "toolrack", in any case, are for what the server itself may come to offer.
bool is_reserved(std::string_view name) noexcept;

struct settings {
    std::filesystem::path file; // the one that was read first; empty when none was
    config::server server;
    std::optional<config::tls> tls;
    config::auth auth;
    config::stdio stdio;
    std::optional<config::audit> audit;
    std::optional<config::metrics> metrics;
    std::vector<std::filesystem::path> directories; // drop-in: every .so there is served
    std::vector<plugin> plugins;
};

// Reads `file`, then conf.d/*.toml beside it in sorted order (a later file may add tables and
// plugins; the same key twice is an error that names both places). Throws failure (exit 78) with
// "FILE:LINE:COLUMN: what is wrong; expected ..., found ...".
settings read(const std::filesystem::path& file);

// The body of a `[[plugin]]` that stands beside a dropped-in library as NAME.toml; it does not say
// which library, that is given.
plugin read_drop_in(const std::filesystem::path& file, const std::filesystem::path& library);

// Where a configuration is looked for when none is named: $TOOLRACK_CONFIG, which must be right
// when it is set, else the first that exists of $XDG_CONFIG_HOME/toolrack/toolrack.toml (or
// ~/.config/...) and /etc/toolrack/toolrack.toml. Throws failure that lists all of them when there
// is none.
std::filesystem::path find_file();

} // namespace toolrack::config
