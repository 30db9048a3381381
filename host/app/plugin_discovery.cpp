#include "app/plugin_discovery.hpp"

#include <algorithm>
#include <set>

#include "base/child.hpp"
#include "base/trusted_path.hpp"

namespace toolrack::app {
namespace {

namespace fs = std::filesystem;

// Beside the program first, so that a build tree and an unpacked archive work in place.
std::vector<fs::path> shipped_directories(const std::string& kind) {
    const fs::path program = own_program();
    return {program.parent_path().parent_path() / "lib" / "toolrack" / kind, fs::path(TOOLRACK_LIBRARY_FOLDER) / kind};
}

result<fs::path, complaint> find_in(const std::vector<fs::path>& directories, const std::string& name) {
    std::string tried;
    for (const auto& directory : directories) {
        const auto file = directory / (name + ".so");
        std::error_code ignored;
        if (fs::exists(file, ignored)) return file;
        tried += (tried.empty() ? "" : ", ") + file.string();
    }
    return complain("no such library; tried " + tried);
}

discovered_plugin find_configured(const config::plugin& settings, const std::vector<fs::path>& plugin_directories) {
    discovered_plugin found{settings, {}, {}};
    if (settings.library.find('/') != std::string::npos) {
        found.library = settings.library;
        return found;
    }
    auto directories = shipped_directories("plugins");
    directories.insert(directories.end(), plugin_directories.begin(), plugin_directories.end());
    auto library = find_in(directories, settings.library);
    if (library) found.library = *library;
    else found.error = library.error().why();
    return found;
}

// A library in a plugin directory, with the settings of the .toml file beside it.
discovered_plugin read_drop_in(const fs::path& library) {
    discovered_plugin found;
    found.library = library;
    found.settings.library = library.string();
    found.settings.name = library.stem().string();
    auto file = library;
    file.replace_extension(".toml");
    std::error_code ignored;
    if (!fs::exists(file, ignored)) {
        if (config::is_reserved(found.settings.name))
            found.error = library.string() + ": names that begin with \"toolrack\" are reserved for the server itself; "
                                             "rename the file, or set a name in a .toml beside it";
        return found;
    }
    // The file can grant as much as the configuration can, so it needs the same protection.
    const auto opened = open_trusted(file, last_link::followed);
    const auto untrusted = opened ? why_not_ours_alone(opened->about) : opened.error();
    if (!untrusted.why().empty()) {
        found.error = file.string() + ": " + untrusted.why();
        return found;
    }
    try {
        found.settings = config::read_drop_in(file, library);
    } catch (const failure& error) {
        found.error = error.what();
    }
    return found;
}

std::vector<fs::path> libraries_in(const fs::path& directory, std::vector<std::string>& warnings) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const auto& file = entry->path();
        if (file.extension() == ".so" && !file.filename().string().starts_with(".")) files.push_back(file);
    }
    if (error) warnings.push_back("the plugin directory " + directory.string() + " cannot be read: " + error.message());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

result<fs::path, complaint> find_shipped_library(const std::string& kind, const std::string& name) {
    if (name.find('/') != std::string::npos) return fs::path(name);
    return find_in(shipped_directories(kind), name);
}

std::string find_worker_program() {
    constexpr const char* name = "toolrack-worker";
    const fs::path directory = fs::path(own_program()).parent_path();
    std::string tried;
    for (const auto& file : {directory / name,
                             directory.parent_path() / "lib" / "toolrack" / name,
                             fs::path(TOOLRACK_LIBRARY_FOLDER) / name}) {
        std::error_code ignored;
        if (fs::exists(file, ignored)) return file.string();
        tried += (tried.empty() ? "" : ", ") + file.string();
    }
    throw failure("The program toolrack-worker, which runs plugins, is missing; tried " + tried +
                  ". Install it from the same build as toolrack.");
}

std::vector<discovered_plugin> discover_plugins(const config::settings& settings, std::vector<std::string>& warnings) {
    std::vector<discovered_plugin> plugins;
    std::set<fs::path> configured;
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& one : settings.plugins) {
        plugins.push_back(find_configured(one, settings.directories));
        configured.insert(fs::weakly_canonical(plugins.back().library, ignored));
        names.insert(one.name);
    }
    for (const auto& directory : settings.directories) {
        for (const auto& library : libraries_in(directory, warnings)) {
            if (configured.contains(fs::weakly_canonical(library, ignored))) continue;
            auto found = read_drop_in(library);
            if (!names.insert(found.settings.name).second && found.error.empty())
                found.error = "another plugin has the name \"" + found.settings.name +
                              "\"; rename the file, or set a name in a .toml beside it";
            plugins.push_back(std::move(found));
        }
    }
    return plugins;
}

}  // namespace toolrack::app
