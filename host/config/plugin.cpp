// [plugins] and [[plugin]]: which libraries are mounted, under which names, with what.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/scope.hpp"
#include "config/complaint.hpp"
#include "config/tables.hpp"

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
           name.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == name.npos;
}

bool is_name(std::string_view name) noexcept {
    return !name.empty() && has_name_characters(name);
}

void refuse_reserved(const text& written) {
    if (is_reserved(written.value))
        written.refuse("is reserved for the server itself", "one that does not begin with \"toolrack\"");
}

// One that could match: tools have longer names than instances.
bool is_glob_for_names(std::string_view glob) noexcept {
    constexpr std::size_t longest = 128;
    return !glob.empty() && glob.size() <= longest &&
           glob.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-*?") == glob.npos;
}

std::string name_of_library(const std::string& library) {
    const std::filesystem::path file = std::filesystem::path(library).filename();
    return file.extension() == ".so" ? file.stem().string() : file.string();
}

void read_name(const reader& table, plugin& into) {
    if (const auto name = table.find_text("name")) {
        if (!is_name(name->value))
            name->refuse("is not a name", name_rule);
        // It also names the folder in which the plugin keeps its files.
        if (name->value.starts_with('.'))
            name->refuse("begins with a dot", "a name that does not");
        refuse_reserved(*name);
        into.name = name->value;
        return;
    }
    into.name = name_of_library(into.library);
    if (!is_name(into.name) || into.name.starts_with('.') || is_reserved(into.name))
        complain(table.where(),
                 "the library's file name cannot be the instance's",
                 fmt::format("{} = \"...\" of {}", table.name_of("name"), name_rule),
                 "no such line");
}

void read_isolation(const reader& table, plugin& into) {
    const auto isolation = table.find_text("isolation");
    if (!isolation)
        return;
    if (isolation->value != "process" && isolation->value != "host")
        isolation->refuse("is not a way to run a plugin", R"("process" or "host")");
    into.isolation = isolation->value;
}

// A process can be confined, and the server cannot: a sandbox that holds nothing would be a trap.
void read_sandbox_of(const reader& table, plugin& into) {
    const auto said = read_sandbox(table);
    if (!said)
        return;
    if (into.isolation == "host")
        complain(table.where("sandbox"),
                 table.name_of("sandbox") + " is for a plugin in a process of its own",
                 R"(isolation = "process", or no sandbox)",
                 R"(isolation = "host")");
    into.sandbox = *said;
}

std::vector<tool_rule> read_tool_rules(const reader& plugin) {
    constexpr std::string_view a_glob =
        "the name of a tool without the prefix, in which * stands for any characters and ? for one, such as "
        "\"*_write\"";
    std::vector<tool_rule> rules;
    for (const reader& table : plugin.tables("tool", {"match", "scopes", "timeout"})) {
        const auto match = table.find_text("match");
        if (!match)
            complain(table.where(), table.name_of("match") + " is missing", a_glob, "none");
        if (!is_glob_for_names(match->value))
            match->refuse("matches no name of a tool", a_glob);
        tool_rule rule{.match = match->value, .scopes = read_scopes(table), .where = match->where};
        milliseconds timeout{-1};
        table.duration("timeout", timeout);
        if (timeout.count() >= 0)
            rule.timeout = timeout;
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
        refuse_reserved(*prefix);
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

} // namespace

std::optional<std::vector<std::string>> read_scopes(const reader& table) {
    constexpr std::string_view expected =
        R"(words with colons between them such as "orders:read", without spaces, quotes and backslashes)";
    const auto written = table.find_list("scopes");
    if (!written)
        return std::nullopt;
    std::vector<std::string> scopes;
    for (const text& scope : *written) {
        if (scope.value.find('*') != std::string::npos)
            scope.refuse("has a star, and what is required has none: a scope covers those that go on "
                         "where it ends, and * may only be granted",
                         expected);
        if (!identity::can_be_required(scope.value))
            scope.refuse("is not a scope", expected);
        scopes.push_back(scope.value);
    }
    return scopes;
}

bool is_reserved(std::string_view name) noexcept {
    constexpr std::string_view ours = "toolrack";
    return name.size() >= ours.size() &&
           std::equal(ours.begin(), ours.end(), name.begin(), [](char small, char written) {
               return small == (written >= 'A' && written <= 'Z' ? written - 'A' + 'a' : written);
           });
}

std::optional<pin> read_pin(const reader& table, std::string_view key) {
    constexpr std::size_t digits = 64;
    const auto written = table.find_text(key);
    if (!written)
        return std::nullopt;
    std::string sha256 = written->value;
    for (char& c : sha256)
        if (c >= 'A' && c <= 'F')
            c = static_cast<char>(c - 'A' + 'a');
    if (sha256.size() != digits || sha256.find_first_not_of("0123456789abcdef") != sha256.npos)
        written->refuse("is not a SHA-256", "64 hexadecimal digits, as sha256sum prints them");
    return pin{std::move(sha256), written->where};
}

std::string library_name(const text& written) {
    constexpr std::string_view expected =
        R"(a shipped library's name such as "sqlite", or a path with a slash such as "./mine.so")";
    const std::string& library = written.value;
    if (library.find('/') != library.npos) {
        if (library.ends_with('/'))
            written.refuse("is a folder's path", expected);
        return library;
    }
    if (!is_name(library) || library.ends_with(".so"))
        written.refuse("is not a library", expected);
    return library;
}

std::vector<std::filesystem::path> read_directories(const reader& file) {
    std::vector<std::filesystem::path> directories;
    const auto table = file.find_table("plugins", {"directories"});
    if (!table)
        return directories;
    for (const text& written : table->find_list("directories").value_or(std::vector<text>{})) {
        if (written.value.empty())
            written.refuse("is empty", "the path of a folder");
        directories.emplace_back(written.value);
    }
    return directories;
}

std::vector<plugin> read_plugins(const reader& file) {
    std::vector<plugin> plugins;
    for (const reader& table : file.tables("plugin", plugin_keys)) {
        const auto library = table.find_text("library");
        if (!library)
            complain(table.where(),
                     "plugin.library is missing",
                     R"(a line such as library = "sqlite")",
                     "none");
        plugin plugin = read_body(table, library_name(*library));
        const auto same = std::find_if(plugins.begin(), plugins.end(), [&](const auto& other) {
            return other.name == plugin.name;
        });
        if (same != plugins.end())
            complain(plugin.where,
                     fmt::format("two plugins have the name {}", in_quotes(plugin.name)),
                     "a name of its own for each",
                     "the first at " + to_string(same->where));
        plugins.push_back(std::move(plugin));
    }
    return plugins;
}

plugin
read_drop_in_table(const toml::table& table, const place& where, const std::string& library) {
    const reader body(table, where, plugin_keys);
    if (const auto named = body.find_text("library"))
        named->refuse("is said twice", "no such line: this file is about the library beside it");
    return read_body(body, library);
}

} // namespace toolrack::config
