// `sandbox = { ... }` of a plugin: parses it and writes it as TOML.
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

// The worker itself needs this much.
constexpr std::size_t least_memory = 16u * 1024 * 1024;
constexpr std::size_t most_memory = 1024ull * 1024 * 1024 * 1024;
constexpr unsigned most_processes = 1000;

// Only absolute paths: a worker has no meaningful working directory.
std::vector<std::string> read_paths(const reader& table, std::string_view key) {
    std::vector<std::string> paths;
    for (const text& written : table.find_list(key).value_or(std::vector<text>{})) {
        const std::filesystem::path path = written.value;
        if (!path.is_absolute() || written.value.find('\0') != std::string::npos)
            written.refuse("is not an absolute path",
                           R"(an absolute path of a file or a folder such as "/srv/orders")");
        std::string normal = path.lexically_normal().string();
        if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
        paths.push_back(std::move(normal));
    }
    return paths;
}

std::string toml_string(std::string_view words) {
    std::string text = "\"";
    for (const char c : words) {
        if (c == '"' || c == '\\') text += '\\';
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else text += c;
    }
    return text + '"';
}

std::string list_of(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + toml_string(word);
    return '[' + text + ']';
}

std::string size_of(std::size_t bytes) {
    constexpr std::size_t mebibyte = 1024 * 1024;
    return bytes % mebibyte == 0 ? fmt::format("\"{}MiB\"", bytes / mebibyte) : std::to_string(bytes);
}

}  // namespace

std::optional<sandbox> read_sandbox(const reader& plugin) {
    const auto table = plugin.find_table("sandbox", {"network", "read", "write", "processes", "memory", "required"});
    if (!table) return std::nullopt;
    sandbox sandbox;
    table->flag("network", sandbox.network);
    sandbox.read = read_paths(*table, "read");
    sandbox.write = read_paths(*table, "write");
    table->number("processes", sandbox.processes, 0u, most_processes);
    table->size("memory", sandbox.memory, most_memory);
    if (sandbox.memory < least_memory)
        complain(table->where("memory"),
                 table->name_of("memory") + " is too small",
                 "at least \"16MiB\"",
                 fmt::format("{} bytes", sandbox.memory));
    table->flag("required", sandbox.required);
    return sandbox;
}

std::string to_toml(const sandbox& sandbox) {
    const config::sandbox defaults;
    std::vector<std::string> parts;
    if (sandbox.network) parts.emplace_back("network = true");
    if (!sandbox.read.empty()) parts.push_back("read = " + list_of(sandbox.read));
    if (!sandbox.write.empty()) parts.push_back("write = " + list_of(sandbox.write));
    if (sandbox.processes) parts.push_back(fmt::format("processes = {}", sandbox.processes));
    if (sandbox.memory != defaults.memory) parts.push_back("memory = " + size_of(sandbox.memory));
    if (sandbox.required) parts.emplace_back("required = true");
    return parts.empty() ? "sandbox = {}" : fmt::format("sandbox = {{ {} }}", fmt::join(parts, ", "));
}

}  // namespace toolrack::config
