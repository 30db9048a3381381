// The configuration: accepted values are within their limits and are read as written; an error is one line that does
// not contain the environment.
//
// A line "%%" in the input starts a second file, which is merged into the first.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/document.hpp"
#include "config/tables.hpp"
#include "json_grammar.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr std::string_view canary = "canary-in-the-environment-5f0a9c";

config::settings read(std::string_view text) {
    constexpr std::string_view seam = "\n%%\n";
    const auto split = std::min(text.find(seam), text.size());
    auto root = config::parse(text.substr(0, split), "main.toml");
    if (split < text.size()) config::merge(root, config::parse(text.substr(split + seam.size()), "added.toml"));
    return config::read_settings(root, "main.toml");
}

void check_error(std::string_view why, std::string_view text) {
    require(fuzz::is_presentable(why), "an error is one line of text");
    require(why.starts_with("main.toml") || why.starts_with("added.toml"), "an error names the file");
    require(why.find("; expected ") != why.npos && why.find(", found ") != why.npos,
            "an error says what is expected and found");
    require(why.find(canary) == why.npos || text.find(canary) != text.npos,
            "an error does not contain the environment");
}

void check_options(const config::options& options) {
    require(fuzz::json_grammar::takes(options.json) && options.json.front() == '{', "options are a JSON object");
    require(options.locations.contains(""), "options have a location");
}

void check_listen(const std::vector<config::address>& addresses) {
    const auto needs_care = [](unsigned char c) { return c < ' ' || c >= 0x7f || c == '\'' || c == '$'; };
    std::string list;
    for (const auto& each : addresses) {
        const auto text = config::to_string(each);
        if (std::ranges::any_of(text, needs_care)) return;
        list.append(list.empty() ? "'" : ", '").append(text).append("'");
    }
    try {
        const auto again = read("auth.backend = 'x'\n[server]\nlisten = [" + list + "]").server.listen;
        const auto is_same = [](const auto& one, const auto& other) {
            return config::to_string(one) == config::to_string(other);
        };
        require(std::ranges::equal(again, addresses, is_same), "an address is read as written");
    } catch (const failure& refused) {
        require(false, refused.what());
    }
}

void check_server(const config::server& server) {
    require(!server.listen.empty(), "there is a listen address");
    require(server.path.starts_with('/'), "a path starts with a slash");
    require(server.page_size > 0 && server.json_depth > 0 && server.max_result >= 256 && server.sessions > 0,
            "every limit is positive");
    require(server.http.head >= 256 && server.http.body >= 256 && server.http.connections > 0,
            "every HTTP limit is positive");
    require(server.http.head_timeout.count() > 0 && server.drain.count() > 0 && server.session_idle.count() > 0,
            "every timeout is positive");
    check_listen(server.listen);
}

void check_plugin(const config::plugin& plugin) {
    require(!plugin.library.empty() && !plugin.name.empty() && plugin.name.size() <= 64,
            "a plugin has a library and a name");
    require(plugin.isolation == "process" || plugin.isolation == "host", "a plugin has an isolation");
    require(plugin.threads > 0 && plugin.timeout.count() > 0, "a plugin has threads and a timeout");
    check_options(plugin.options);
    for (const auto& rule : plugin.tools) require(rule.scopes || rule.timeout, "a rule has scopes or a timeout");
    const auto granted = config::to_toml(plugin.sandbox);
    if (granted.find("${") != granted.npos) return;  // would be expanded twice
    try {
        const auto again = read("auth.backend = 'x'\n[[plugin]]\nlibrary = 'x'\n" + granted);
        require(config::to_toml(again.plugins.front().sandbox) == granted, "a sandbox is read as written");
    } catch (const failure& refused) {
        require(false, refused.what());
    }
}

void check(const config::settings& settings) {
    check_server(settings.server);
    require(!settings.auth.backends.empty(), "there is an auth backend");
    for (const auto& each : settings.auth.backends) check_options(each.options);
    std::ranges::for_each(settings.plugins, check_plugin);
    if (settings.tls)
        require(!settings.tls->certificate.empty() && !settings.tls->key.empty(), "TLS has a certificate and a key");
    require(!settings.stdio.subject.empty(), "stdio has a subject");
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    ::setenv("SECRET", canary.data(), 1);
    ::setenv("EMPTY", "", 1);
    ::unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    std::optional<config::settings> settings;
    try {
        settings = read(text);
    } catch (const failure& refused) {
        check_error(refused.what(), text);
    }
    if (!settings) return 0;
    check(*settings);
    try {
        require(config::has_same_listeners(read("# a comment\n" + std::string(text)).server, settings->server),
                "a comment changes nothing");
    } catch (const failure& refused) {
        require(text.starts_with("\xEF\xBB\xBF"),
                refused.what());  // a byte order mark is allowed only at the beginning
    }
    return 0;
}
