#include "worker/confine.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "worker/capabilities.hpp"
#include "worker/landlock.hpp"
#include "worker/limits.hpp"
#include "worker/syscalls.hpp"

namespace toolrack::worker {
namespace {

namespace fs = std::filesystem;
using landlock::may;
using landlock::rule;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;  // with threads, files and a debugger of its own
#else
constexpr bool is_sanitized = false;
#endif

bool is_alone() {
    std::error_code error;
    fs::directory_iterator tasks("/proc/self/task", error);
    return error || std::distance(tasks, fs::directory_iterator()) == 1;
}

// The plugin's own, and nobody else's to look into. What is there already has to be that, too.
result<void, complaint> make_state_folder(const fs::path& folder) {
    const auto cannot = [&](const std::string& why) {
        return complain("its state directory " + folder.string() + " cannot be used: " + why);
    };
    for (const auto& one : {folder.parent_path(), folder})
        if (::mkdir(one.c_str(), 0700) != 0 && errno != EEXIST) return cannot(std::strerror(errno));
    struct stat about {};
    if (::lstat(folder.c_str(), &about) != 0) return cannot(std::strerror(errno));
    if (!S_ISDIR(about.st_mode)) return cannot("it is not a directory");
    if (about.st_uid != ::geteuid()) return cannot("it belongs to another user");
    if ((about.st_mode & 0077) != 0 && ::chmod(folder.c_str(), 0700) != 0) return cannot(std::strerror(errno));
    return {};
}

// A file that is written anew and renamed is another one to Landlock, and this one is, with every network. Where
// it stands in a folder of its own, behind a link, that folder is what may be read.
fs::path resolver_folder() {
    std::error_code error;
    const auto folder = fs::canonical("/etc/resolv.conf", error).parent_path();
    return error || folder == "/etc" ? fs::path() : folder;
}

std::vector<rule> rules_for(const plugin::confinement& wanted) {
    const auto& granted = wanted.granted;
    const may use = granted.processes ? may::run : may::read;
    std::vector<rule> rules{{wanted.library, may::read}, {"/dev/null", may::change}};
    for (const auto& path : plugin::always_readable(granted.network)) rules.push_back({path, use});
    if (granted.processes)
        for (const char* path : {"/bin", "/sbin", "/usr"}) rules.push_back({path, may::run});
    if (granted.network)
        if (const auto folder = resolver_folder(); !folder.empty()) rules.push_back({folder, may::read});
    if (is_sanitized) rules.push_back({"/proc/self", may::read});
    if (!wanted.state.empty()) rules.push_back({wanted.state, may::change});
    for (const auto& path : granted.read) rules.push_back({path, use});
    for (const auto& path : granted.write) rules.push_back({path, may::change});
    return rules;
}

}  // namespace

result<std::vector<shortfall>, complaint> confine(const plugin::confinement& wanted) {
    const auto& granted = wanted.granted;
    std::vector<shortfall> shortfalls;
    // False when the configuration says that it must not be so.
    const auto go_without = [&](const std::string& sentence) {
        shortfalls.push_back({severity::warning, sentence});
        return !granted.required;
    };
    const auto refuse = [&](const std::string& why) {
        return complain(why + ", and its sandbox is required; run it on a kernel that has that, or remove "
                              "required = true from its sandbox");
    };

    if (!is_sanitized && !is_alone())
        return complain("the worker has more than one thread already, and cannot be confined");
    if (!wanted.state.empty())
        if (const auto made = make_state_folder(wanted.state); !made) return made.error();

    if (const auto done = put_on(limits{granted.memory, wanted.threads}); !done) return done.error();
    if (!memory_can_be_limited)
        shortfalls.push_back({severity::debug, "its memory is not limited: this build has a sanitizer in it"});
    if (const auto done = drop_capabilities(); !done) return done.error();

    const unsigned version = landlock::version();
    if (version == 0) {
        const std::string why = "this kernel has no Landlock, so it can reach every file that the server can";
        if (!go_without(why)) return refuse(why);
    } else {
        const auto missing = landlock::restrict_to(rules_for(wanted), granted.network);
        if (!missing) return missing.error();
        for (const auto* paths : {&granted.read, &granted.write})
            for (const auto& path : *paths)
                if (std::find(missing->begin(), missing->end(), fs::path(path)) != missing->end())
                    shortfalls.push_back({severity::warning, "its sandbox grants " + path + ", and nothing is there"});
    }

    // Never in a sanitized build: its leak check is a debugger of this process.
    if (!is_sanitized && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return complain(std::string("its memory cannot be made private: ") + std::strerror(errno));

    const auto only = allow_only({granted.network, granted.processes > 0, version >= landlock::confines_truncation,
                                  version >= landlock::confines_signals});
    if (!only) {
        const std::string why = "this kernel does not filter system calls (" + only.error().why() +
                                "), so the network and other processes are within its reach";
        if (!go_without(why)) return refuse(why);
    }
    return shortfalls;
}

}  // namespace toolrack::worker
