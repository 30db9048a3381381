#include "base/cgroup.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"

namespace toolrack {
namespace {

namespace fs = std::filesystem;

// The child group that this process moves into.
constexpr const char* server_group = "server";
constexpr const char* wanted_controllers[] = {"memory", "pids"};

std::string because() { return std::strerror(errno); }

// A cgroup file takes its value in one write.
bool write_to(const fs::path& file, std::string_view text) noexcept {
    const auto opened = open_file(file, O_WRONLY);
    return opened && ::write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string read(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool has_word(const std::string& text, std::string_view word) {
    std::istringstream words(text);
    for (std::string one; words >> one;)
        if (one == word) return true;
    return false;
}

// The folder of the group that this process is in; empty without cgroup version 2.
fs::path own_folder() {
    std::string group;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with("0::/")) group = line.substr(3);
    if (group.empty()) return {};
    // "... ROOT MOUNTPOINT OPTIONS ... - cgroup2 ..."
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos) continue;
        std::istringstream words(line);
        std::string skipped, root, point;
        words >> skipped >> skipped >> skipped >> root >> point;
        if (root != "/" && !group.starts_with(root)) continue;
        return fs::path(point) / fs::path(root == "/" ? group : group.substr(root.size())).relative_path();
    }
    return {};
}

bool is_marked(const fs::path& folder, const char* attribute) {
    char mark = 0;
    return ::getxattr(folder.c_str(), attribute, &mark, 1) == 1 && mark == '1';
}

// systemd marks a delegated group with an extended attribute and changes its owner. Root can write to every group, so
// for root an unmarked group counts only when it is the root that a container sees.
bool is_delegated(const fs::path& folder) {
    struct stat about {};
    if (::stat(folder.c_str(), &about) != 0 || ::access((folder / "cgroup.procs").c_str(), W_OK) != 0) return false;
    if (is_marked(folder, "user.delegate") || is_marked(folder, "trusted.delegate")) return true;
    if (about.st_uid == ::geteuid() && ::geteuid() != 0) return true;
    struct stat above {};
    const bool is_top = ::stat((folder.parent_path() / "cgroup.procs").c_str(), &above) != 0;
    return is_top && fs::exists(folder / "cgroup.type");  // the root group of the machine has no such file
}

bool is_alone_in(const fs::path& folder) {
    std::istringstream processes(read(folder / "cgroup.procs"));
    for (pid_t one = 0; processes >> one;)
        if (one != ::getpid()) return false;
    return true;
}

bool wait_until_empty(const fs::path& folder, std::chrono::milliseconds limit) noexcept {
    const auto events = open_file(folder / "cgroup.events", O_RDONLY);
    const auto end = std::chrono::steady_clock::now() + limit;
    while (events) {
        char text[256] = "";
        if (::pread(events.get(), text, sizeof text - 1, 0) <= 0) return false;
        if (std::strstr(text, "populated 0")) return true;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd changed{events.get(), POLLPRI, 0};
        if (left.count() <= 0 || ::poll(&changed, 1, static_cast<int>(left.count())) < 0) return false;
    }
    return false;
}

constexpr auto kill_timeout = std::chrono::seconds(1);  // for a process to end after SIGKILL

// Removes groups that an earlier server left behind after a crash. Groups with processes are left alone. A process that
// has just died is not listed any more, but keeps its group for a moment.
void remove_stale_groups(const fs::path& root) {
    std::error_code error;
    std::vector<fs::path> left;
    for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error))
        if (at->path().filename().string().starts_with("plugin-")) left.push_back(at->path());
    for (const auto& one : left) {
        if (::rmdir(one.c_str()) == 0) continue;
        if (read(one / "cgroup.procs").empty() && wait_until_empty(one, kill_timeout)) ::rmdir(one.c_str());
    }
}

}  // namespace

cgroup::~cgroup() {
    if (::rmdir(folder_.c_str()) == 0) return;
    kill();
    wait_until_empty(folder_, kill_timeout);
    ::rmdir(folder_.c_str());  // on failure the next server removes it
}

bool cgroup::add(pid_t process) const { return write_to(folder_ / "cgroup.procs", std::to_string(process)); }

void cgroup::kill() const noexcept { write_to(folder_ / "cgroup.kill", "1"); }

result<std::unique_ptr<cgroup_tree>, complaint> cgroup_tree::of_this_process() {
    const auto folder = own_folder();
    if (folder.empty()) return complain("this system has no cgroups of version 2");
    return at(folder);
}

result<std::unique_ptr<cgroup_tree>, complaint> cgroup_tree::at(const fs::path& folder) {
    // systemd can start a process in a group beneath the one that it delegates (DelegateSubgroup=).
    const bool is_in_subgroup = !is_delegated(folder) && is_delegated(folder.parent_path());
    const auto root = is_in_subgroup ? folder.parent_path() : folder;
    if (!is_in_subgroup && !is_delegated(folder)) return complain("no cgroup is delegated to this server");
    if (!is_in_subgroup) {
        if (!is_alone_in(root)) return complain("the cgroup " + root.string() + " contains other processes as well");
        const auto ours = root / server_group;
        if (::mkdir(ours.c_str(), 0755) != 0 && errno != EEXIST)
            return complain("no cgroup can be made in " + root.string() + ": " + because());
        if (!write_to(ours / "cgroup.procs", "0"))
            return complain("this server cannot move to " + ours.string() + ": " + because());
    }

    std::unique_ptr<cgroup_tree> tree(new cgroup_tree(root));
    const auto available = read(root / "cgroup.controllers");
    for (const auto* const one : wanted_controllers) {
        const bool works =
            has_word(available, one) && write_to(root / "cgroup.subtree_control", std::string("+") + one);
        (one == wanted_controllers[0] ? tree->limits_memory_ : tree->limits_tasks_) = works;
    }
    remove_stale_groups(root);
    return tree;
}

std::unique_ptr<cgroup> cgroup_tree::make(std::string_view name, const cgroup::limits& limits, log& log) const {
    const auto next = [&] { return root_ / ("plugin-" + std::string(name) + '-' + std::to_string(++made_)); };
    auto folder = next();
    for (int left = 100; left > 0 && fs::exists(folder); --left)
        folder = next();  // skips groups that an earlier server left
    const auto failed = [&](const char* what) {
        log.warning("{}: {} {}: {}; only per-process limits apply", name, what, folder.string(), because());
        return nullptr;
    };
    if (::mkdir(folder.c_str(), 0755) != 0) return failed("cannot create the cgroup");
    std::unique_ptr<cgroup> made(new cgroup(folder));
    if (limits_memory_) {
        if (!write_to(folder / "memory.max", std::to_string(limits.memory))) return failed("cannot limit memory in");
        write_to(folder / "memory.swap.max", "0");  // fails on a system without swap
    }
    if (limits_tasks_ && !write_to(folder / "pids.max", std::to_string(limits.tasks)))
        return failed("cannot limit processes in");
    return made;
}

}  // namespace toolrack
