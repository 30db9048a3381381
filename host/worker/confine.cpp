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
using landlock::access;
using landlock::rule;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;  // uses threads, files and ptrace
#else
constexpr bool is_sanitized = false;
#endif

bool is_single_threaded() {
    std::error_code error;
    fs::directory_iterator tasks("/proc/self/task", error);
    return error || std::distance(tasks, fs::directory_iterator()) == 1;
}

// Owned by this user with mode 0700; an existing folder must be, or become, the same.
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

// resolv.conf is replaced by renaming with every new network, and to Landlock the new file is a different one. If it is
// a link into another folder, that folder is readable instead.
fs::path resolver_folder() {
    std::error_code error;
    const auto folder = fs::canonical("/etc/resolv.conf", error).parent_path();
    return error || folder == "/etc" ? fs::path() : folder;
}

std::vector<rule> rules_for(const plugin::confinement& wanted) {
    const auto& granted = wanted.granted;
    const access use = granted.processes ? access::execute : access::read;
    std::vector<rule> rules{{wanted.library, access::read}, {"/dev/null", access::modify}};
    for (const auto& path : plugin::always_readable(granted.network)) rules.push_back({path, use});
    if (granted.processes)
        for (const char* path : {"/bin", "/sbin", "/usr"}) rules.push_back({path, access::execute});
    if (granted.network)
        if (const auto folder = resolver_folder(); !folder.empty()) rules.push_back({folder, access::read});
    if (is_sanitized) rules.push_back({"/proc/self", access::read});
    if (!wanted.state.empty()) rules.push_back({wanted.state, access::modify});
    for (const auto& path : granted.read) rules.push_back({path, use});
    for (const auto& path : granted.write) rules.push_back({path, access::modify});
    return rules;
}

}  // namespace

result<std::vector<confinement_note>, complaint> confine(const plugin::confinement& wanted) {
    const auto& granted = wanted.granted;
    std::vector<confinement_note> notes;
    // False when the configuration requires the sandbox.
    const auto continue_without = [&](const std::string& sentence) {
        notes.push_back({severity::warning, sentence});
        return !granted.required;
    };
    const auto refuse = [&](const std::string& why) {
        return complain(why + ", and its sandbox is required; use a newer kernel or remove required = true from its "
                              "sandbox");
    };

    if (!is_sanitized && !is_single_threaded())
        return complain("the worker cannot be confined, because it already has several threads");
    if (!wanted.state.empty())
        if (const auto made = make_state_folder(wanted.state); !made) return made.error();

    if (const auto done = apply(limits{granted.memory, wanted.threads}); !done) return done.error();
    if (!memory_can_be_limited)
        notes.push_back({severity::debug, "its memory is not limited, because this build has a sanitizer"});
    if (const auto done = drop_capabilities(); !done) return done.error();

    const unsigned version = landlock::version();
    if (version == 0) {
        const std::string why = "this kernel has no Landlock, so it has the server's access to files";
        if (!continue_without(why)) return refuse(why);
    } else {
        const auto missing = landlock::restrict_to(rules_for(wanted), granted.network);
        if (!missing) return missing.error();
        for (const auto* paths : {&granted.read, &granted.write})
            for (const auto& path : *paths)
                if (std::find(missing->begin(), missing->end(), fs::path(path)) != missing->end())
                    notes.push_back({severity::warning, "its sandbox grants " + path + ", which does not exist"});
    }

    // Not in a sanitized build, whose leak check uses ptrace.
    if (!is_sanitized && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return complain(std::string("it cannot be made undumpable: ") + std::strerror(errno));

    const auto filtered = allow_only({granted.network,
                                      granted.processes > 0,
                                      version >= landlock::truncation_since,
                                      version >= landlock::signals_since});
    if (!filtered) {
        const std::string why = "this kernel does not filter system calls (" + filtered.error().why() +
                                "), so it has the server's access to the network and to other processes";
        if (!continue_without(why)) return refuse(why);
    }
    return notes;
}

}  // namespace toolrack::worker
