// The configuration: what is accepted is within its bounds and reads the same when it is said differently; what is not
// is complained about on one line, which shows nothing of the environment.
//
// A line "%%" in the input begins a second file, which is added to the first.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "claim.hpp"
#include "config/document.hpp"
#include "config/tables.hpp"
#include "json_grammar.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

constexpr std::string_view canary = "canary-in-the-environment-5f0a9c";

config::settings read(std::string_view text) {
    constexpr std::string_view seam = "\n%%\n";
    const auto split = std::min(text.find(seam), text.size());
    auto root = config::parse(text.substr(0, split), "main.toml");
    if (split < text.size()) config::merge(root, config::parse(text.substr(split + seam.size()), "added.toml"));
    return config::read_settings(root, "main.toml");
}

void check_complaint(std::string_view why, std::string_view text) {
    claim(fuzz::is_presentable(why), "a complaint is one line of text");
    claim(why.starts_with("main.toml") || why.starts_with("added.toml"), "a complaint says in which file");
    claim(why.find("; expected ") != why.npos && why.find(", found ") != why.npos,
          "a complaint says what is to be done");
    claim(why.find(canary) == why.npos || text.find(canary) != text.npos,
          "a complaint shows nothing of the environment");
}

void check_options(const config::options& options) {
    claim(fuzz::json_grammar::takes(options.json) && options.json.front() == '{', "options are a JSON object");
    claim(options.locations.contains(""), "options stand somewhere");
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
        claim(std::ranges::equal(again, addresses, is_same), "an address is read as it is written");
    } catch (const failure& refused) {
        claim(false, refused.what());
    }
}

void check_server(const config::server& server) {
    claim(!server.listen.empty(), "there is something to listen on");
    claim(server.path.starts_with('/'), "a path begins with a slash");
    claim(server.page_size > 0 && server.json_depth > 0 && server.max_result >= 256 && server.sessions > 0,
          "no bound is nothing");
    claim(server.http.head >= 256 && server.http.body >= 256 && server.http.connections > 0, "no limit is nothing");
    claim(server.http.head_timeout.count() > 0 && server.drain.count() > 0 && server.session_idle.count() > 0,
          "time goes on");
    check_listen(server.listen);
}

void check_plugin(const config::plugin& plugin) {
    claim(!plugin.library.empty() && !plugin.name.empty() && plugin.name.size() <= 64,
          "a plugin has a library and a name");
    claim(plugin.isolation == "process" || plugin.isolation == "host", "a plugin runs somewhere");
    claim(plugin.threads > 0 && plugin.timeout.count() > 0, "a plugin gets to run");
    check_options(plugin.options);
    for (const auto& rule : plugin.tools) claim(rule.scopes || rule.timeout, "a rule says something");
    const auto granted = config::to_toml(plugin.sandbox);
    if (granted.find("${") != granted.npos) return;  // would be expanded a second time
    try {
        const auto again = read("auth.backend = 'x'\n[[plugin]]\nlibrary = 'x'\n" + granted);
        claim(config::to_toml(again.plugins.front().sandbox) == granted, "what is granted is read as it is written");
    } catch (const failure& refused) {
        claim(false, refused.what());
    }
}

void check(const config::settings& settings) {
    check_server(settings.server);
    claim(!settings.auth.backends.empty(), "there is a lock");
    for (const auto& each : settings.auth.backends) check_options(each.options);
    std::ranges::for_each(settings.plugins, check_plugin);
    if (settings.tls) claim(!settings.tls->certificate.empty() && !settings.tls->key.empty(), "TLS has what it needs");
    claim(!settings.stdio.subject.empty(), "somebody asks over a pipe");
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
        check_complaint(refused.what(), text);
    }
    if (!settings) return 0;
    check(*settings);
    try {
        claim(config::has_same_listeners(read("# a comment\n" + std::string(text)).server, settings->server),
              "a comment changes nothing");
    } catch (const failure& refused) {
        claim(text.starts_with("\xEF\xBB\xBF"), refused.what());  // a mark that may stand at the very beginning only
    }
    return 0;
}
