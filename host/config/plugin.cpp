// [plugins] and [[plugin]]: the libraries to load, their names and settings.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/complaint.hpp"
#include "config/tables.hpp"
#include "identity/scope.hpp"

namespace toolrack::config {
namespace {

const reader::keys plugin_keys = {"library",
                                  "name",
                                  "sha256",
                                  "prefix",
                                  "isolation",
                                  "sandbox",
                                  "required",
                                  "scopes",
                                  "tool",
                                  "read_only",
                                  "timeout",
                                  "threads",
                                  "queue",
                                  "options"};

constexpr std::string_view name_rule = "1 to 64 of the characters A-Z a-z 0-9 _ . -";

bool has_name_characters(std::string_view name) noexcept {
    return name.size() <= 64 &&
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == name.npos;
}

bool is_name(std::string_view name) noexcept { return !name.empty() && has_name_characters(name); }

void reject_reserved(const text& written) {
    if (is_reserved(written.value))
        written.refuse("is reserved for the server itself", "one that does not begin with \"toolrack\"");
}

// Tool names can be longer than instance names.
bool is_glob_for_names(std::string_view glob) noexcept {
    constexpr std::size_t longest = 128;
    return !glob.empty() && glob.size() <= longest &&
           glob.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-*?") == glob.npos;
}

std::string name_of_library(const std::string& library) {
    const std::filesystem::path file = std::filesystem::path(library).filename();
    return file.extension() == ".so" ? file.stem().string() : file.string();
}

void read_name(const reader& table, plugin& into) {
    if (const auto name = table.find_text("name")) {
        if (!is_name(name->value)) name->refuse("is not a valid name", name_rule);
        // The name is also the name of the plugin's state folder.
        if (name->value.starts_with('.')) name->refuse("begins with a dot", "a name without a leading dot");
        reject_reserved(*name);
        into.name = name->value;
        return;
    }
    into.name = name_of_library(into.library);
    if (!is_name(into.name) || into.name.starts_with('.') || is_reserved(into.name))
        complain(table.where(),
                 "the file name of the library is not a valid instance name",
                 fmt::format("{} = \"...\" with {}", table.name_of("name"), name_rule),
                 "no such line");
}

void read_isolation(const reader& table, plugin& into) {
    const auto isolation = table.find_text("isolation");
    if (!isolation) return;
    if (isolation->value != "process" && isolation->value != "host")
        isolation->refuse("is not an isolation mode", R"("process" or "host")");
    into.isolation = isolation->value;
}

// Only a worker process can be confined; a sandbox for a plugin in the server would have no effect.
void read_sandbox_of(const reader& table, plugin& into) {
    const auto sandbox = read_sandbox(table);
    if (!sandbox) return;
    if (into.isolation == "host")
        complain(table.where("sandbox"),
                 table.name_of("sandbox") + " needs a worker process",
                 R"(isolation = "process", or no sandbox)",
                 R"(isolation = "host")");
    into.sandbox = *sandbox;
}

std::vector<tool_rule> read_tool_rules(const reader& plugin) {
    constexpr std::string_view a_glob =
        "a tool name without the prefix, with * for any characters and ? for one character, such as "
        "\"*_write\"";
    std::vector<tool_rule> rules;
    for (const reader& table : plugin.tables("tool", {"match", "scopes", "timeout"})) {
        const auto match = table.find_text("match");
        if (!match) complain(table.where(), table.name_of("match") + " is missing", a_glob, "none");
        if (!is_glob_for_names(match->value)) match->refuse("cannot match a tool name", a_glob);
        tool_rule rule{.match = match->value, .scopes = read_scopes(table), .where = match->where};
        milliseconds timeout{-1};
        table.duration("timeout", timeout);
        if (timeout.count() >= 0) rule.timeout = timeout;
        if (!rule.scopes && !rule.timeout)
            complain(table.where(),
                     fmt::format("{} and {} are missing", table.name_of("scopes"), table.name_of("timeout")),
                     R"(one of them: scopes = ["orders:write"], or [] for any caller; timeout = "5s")",
                     "none");
        rules.push_back(std::move(rule));
    }
    return rules;
}

plugin read_body(const reader& table, std::string library) {
    plugin plugin;
    plugin.library = std::move(library);
    plugin.options = table.read_options("options");
    plugin.where = table.where();
    read_name(table, plugin);
    plugin.sha256 = read_pin(table, "sha256");
    if (const auto prefix = table.find_text("prefix")) {
        if (!has_name_characters(prefix->value))
            prefix->refuse("is not a prefix", "at most 64 of the characters A-Z a-z 0-9 _ . -");
        reject_reserved(*prefix);
        plugin.prefix = prefix->value;
    }
    read_isolation(table, plugin);
    read_sandbox_of(table, plugin);
    table.flag("required", plugin.required);
    plugin.scopes = read_scopes(table);
    plugin.tools = read_tool_rules(table);
    table.flag("read_only", plugin.read_only);
    table.duration("timeout", plugin.timeout);
    table.number("threads", plugin.threads, std::size_t{1}, std::size_t{256});
    table.number("queue", plugin.queue, std::size_t{1}, std::size_t{100'000});
    return plugin;
}

}  // namespace

std::optional<std::vector<std::string>> read_scopes(const reader& table) {
    constexpr std::string_view expected =
        R"(words separated by colons such as "orders:read", without spaces, quotes and backslashes)";
    const auto written = table.find_list("scopes");
    if (!written) return std::nullopt;
    std::vector<std::string> scopes;
    for (const text& scope : *written) {
        if (scope.value.find('*') != std::string::npos)
            scope.refuse("has a star, which is not allowed in a required scope: a scope covers all narrower "
                         "scopes, and * can only be granted",
                         expected);
        if (!identity::can_be_required(scope.value)) scope.refuse("is not a scope", expected);
        scopes.push_back(scope.value);
    }
    return scopes;
}

bool is_reserved(std::string_view name) noexcept {
    constexpr std::string_view reserved = "toolrack";
    return name.size() >= reserved.size() &&
           std::equal(reserved.begin(), reserved.end(), name.begin(), [](char lower, char written) {
               return lower == (written >= 'A' && written <= 'Z' ? written - 'A' + 'a' : written);
           });
}

std::optional<pin> read_pin(const reader& table, std::string_view key) {
    constexpr std::size_t digits = 64;
    const auto written = table.find_text(key);
    if (!written) return std::nullopt;
    std::string sha256 = written->value;
    for (char& c : sha256)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (sha256.size() != digits || sha256.find_first_not_of("0123456789abcdef") != sha256.npos)
        written->refuse("is not a SHA-256 digest", "64 hexadecimal digits, as sha256sum prints them");
    return pin{std::move(sha256), written->where};
}

std::string library_name(const text& written) {
    constexpr std::string_view expected =
        R"(the name of a shipped library such as "sqlite", or a path with a slash such as "./mine.so")";
    const std::string& library = written.value;
    if (library.find('/') != library.npos) {
        if (library.ends_with('/')) written.refuse("is the path of a folder", expected);
        return library;
    }
    if (!is_name(library) || library.ends_with(".so")) written.refuse("is not a library name", expected);
    return library;
}

std::vector<std::filesystem::path> read_directories(const reader& file) {
    std::vector<std::filesystem::path> directories;
    const auto table = file.find_table("plugins", {"directories"});
    if (!table) return directories;
    for (const text& written : table->find_list("directories").value_or(std::vector<text>{})) {
        if (written.value.empty()) written.refuse("is empty", "the path of a folder");
        directories.emplace_back(written.value);
    }
    return directories;
}

std::vector<plugin> read_plugins(const reader& file) {
    std::vector<plugin> plugins;
    for (const reader& table : file.tables("plugin", plugin_keys)) {
        const auto library = table.find_text("library");
        if (!library)
            complain(table.where(), "plugin.library is missing", R"(a line such as library = "sqlite")", "none");
        plugin plugin = read_body(table, library_name(*library));
        const auto same =
            std::find_if(plugins.begin(), plugins.end(), [&](const auto& other) { return other.name == plugin.name; });
        if (same != plugins.end())
            complain(plugin.where,
                     fmt::format("two plugins have the name {}", in_quotes(plugin.name)),
                     "a unique name for each",
                     "the first at " + to_string(same->where));
        plugins.push_back(std::move(plugin));
    }
    return plugins;
}

plugin read_drop_in_table(const toml::table& table, const location& where, const std::string& library) {
    const reader body(table, where, plugin_keys);
    if (const auto named = body.find_text("library"))
        named->refuse("is not allowed here", "no such line: this file belongs to the library beside it");
    return read_body(body, library);
}

}  // namespace toolrack::config
