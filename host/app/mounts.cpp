#include "app/mounts.hpp"

#include <algorithm>
#include <set>

#include "base/child.hpp"
#include "base/trusted_path.hpp"

namespace toolrack::app {
namespace {

namespace fs = std::filesystem;

// Beside the program first, so that a build tree and an unpacked archive work where they lie.
std::vector<fs::path> shipped_folders(const std::string& kind) {
    const fs::path program = own_program();
    return {program.parent_path().parent_path() / "lib" / "toolrack" / kind, fs::path(TOOLRACK_LIBRARY_FOLDER) / kind};
}

result<fs::path, complaint> find_in(const std::vector<fs::path>& folders, const std::string& name) {
    std::string tried;
    for (const auto& folder : folders) {
        const auto file = folder / (name + ".so");
        std::error_code ignored;
        if (fs::exists(file, ignored)) return file;
        tried += (tried.empty() ? "" : ", ") + file.string();
    }
    return complain("there is no library of that name; looked for " + tried);
}

mount mount_of(const config::plugin& settings, const std::vector<fs::path>& dropped_into) {
    mount made{settings, {}, {}};
    if (settings.library.find('/') != std::string::npos) {
        made.file = settings.library;
        return made;
    }
    auto folders = shipped_folders("plugins");
    folders.insert(folders.end(), dropped_into.begin(), dropped_into.end());
    auto found = find_in(folders, settings.library);
    if (found) made.file = *found;
    else made.why_not = found.error().why();
    return made;
}

mount dropped_in(const fs::path& file) {
    mount made;
    made.file = file;
    made.settings.library = file.string();
    made.settings.name = file.stem().string();
    auto beside = file;
    beside.replace_extension(".toml");
    std::error_code ignored;
    if (!fs::exists(beside, ignored)) {
        if (config::is_reserved(made.settings.name))
            made.why_not = file.string() + ": names that begin with \"toolrack\" are reserved for the server itself; "
                           "rename the file, or set a name in a .toml beside it";
        return made;
    }
    // It may grant as much as the configuration does, so nobody else may have written it either.
    const auto opened = open_trusted(beside, last_link::followed);
    const auto why = opened ? why_not_ours_alone(opened->about) : opened.error();
    if (!why.why().empty()) {
        made.why_not = beside.string() + ": " + why.why();
        return made;
    }
    try {
        made.settings = config::read_drop_in(beside, file);
    } catch (const failure& wrong) {
        made.why_not = wrong.what();
    }
    return made;
}

std::vector<fs::path> libraries_in(const fs::path& folder, std::vector<std::string>& warnings) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const auto& file = entry->path();
        if (file.extension() == ".so" && !file.filename().string().starts_with(".")) files.push_back(file);
    }
    if (error) warnings.push_back("the plugin folder " + folder.string() + " cannot be read: " + error.message());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

result<fs::path, complaint> find_shipped(const std::string& kind, const std::string& name) {
    if (name.find('/') != std::string::npos) return fs::path(name);
    return find_in(shipped_folders(kind), name);
}

// Beside this program in a build tree; where the shipped libraries are once it is installed.
std::string find_worker() {
    constexpr const char* name = "toolrack-worker";
    const fs::path folder = fs::path(own_program()).parent_path();
    std::string tried;
    for (const auto& file : {folder / name, folder.parent_path() / "lib" / "toolrack" / name,
                             fs::path(TOOLRACK_LIBRARY_FOLDER) / name}) {
        std::error_code ignored;
        if (fs::exists(file, ignored)) return file.string();
        tried += (tried.empty() ? "" : ", ") + file.string();
    }
    throw failure("The program toolrack-worker, in which plugins run, is missing; looked for " + tried +
                  ". Install it from the same build as toolrack.");
}

std::vector<mount> find_mounts(const config::settings& settings, std::vector<std::string>& warnings) {
    std::vector<mount> mounts;
    std::set<fs::path> named;
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& one : settings.plugins) {
        mounts.push_back(mount_of(one, settings.directories));
        named.insert(fs::weakly_canonical(mounts.back().file, ignored));
        names.insert(one.name);
    }
    for (const auto& folder : settings.directories) {
        for (const auto& file : libraries_in(folder, warnings)) {
            if (named.contains(fs::weakly_canonical(file, ignored))) continue;
            auto made = dropped_in(file);
            if (!names.insert(made.settings.name).second && made.why_not.empty())
                made.why_not = "another plugin has the name \"" + made.settings.name +
                               "\"; rename the file, or set a name in a .toml beside it";
            mounts.push_back(std::move(made));
        }
    }
    return mounts;
}

}  // namespace toolrack::app
