// Reads the main file and conf.d, and finds the main file.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "config/complaint.hpp"
#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

namespace fs = std::filesystem;

// conf.d/*.toml in sorted order, without hidden files (editor backups).
std::vector<fs::path> additions_to(const fs::path& file) {
    const fs::path folder = file.parent_path() / "conf.d";
    std::vector<fs::path> additions;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const fs::path& path = entry->path();
        if (path.extension() == ".toml" && !path.filename().string().starts_with('.')) additions.push_back(path);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        complain({.file = folder.string()}, "cannot be listed", "a folder that can be read", error.message());
    std::sort(additions.begin(), additions.end());
    return additions;
}

// A file whose status is unknown counts as existing: reading it reports the error.
bool exists(const fs::path& file) {
    std::error_code error;
    return fs::status(file, error).type() != fs::file_type::not_found;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

settings read(const fs::path& file) {
    toml::table root = load(file);
    for (const fs::path& addition : additions_to(file)) merge(root, load(addition));
    return read_settings(root, file);
}

settings read_settings(const toml::table& root, const fs::path& file) {
    const reader whole(root,
                       {.file = file.string()},
                       {"server", "limits", "tls", "auth", "stdio", "audit", "metrics", "plugins", "plugin"});
    return {.file = file,
            .server = read_server(whole),
            .tls = read_tls(whole),
            .auth = read_auth(whole),
            .stdio = read_stdio(whole),
            .audit = read_audit(whole),
            .metrics = read_metrics(whole),
            .directories = read_directories(whole),
            .plugins = read_plugins(whole)};
}

plugin read_drop_in(const fs::path& file, const fs::path& library) {
    return read_drop_in_table(load(file), {.file = file.string()}, library.string());
}

fs::path find_file() {
    if (const auto named = variable("TOOLRACK_CONFIG"); !named.empty()) return named;

    std::vector<fs::path> locations;
    if (const auto folder = variable("XDG_CONFIG_HOME"); !folder.empty())
        locations.push_back(fs::path(folder) / "toolrack/toolrack.toml");
    else if (const auto home = variable("HOME"); !home.empty())
        locations.push_back(fs::path(home) / ".config/toolrack/toolrack.toml");
    locations.emplace_back("/etc/toolrack/toolrack.toml");

    const auto found = std::find_if(locations.begin(), locations.end(), exists);
    if (found != locations.end()) return *found;

    std::string names;
    for (const fs::path& location : locations) names += (names.empty() ? "" : ", ") + location.string();
    throw failure("no configuration was found; expected a file named with --config or in "
                  "TOOLRACK_CONFIG, or one of " +
                  names + ", found none");
}

}  // namespace toolrack::config
