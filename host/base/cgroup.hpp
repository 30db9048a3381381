// Cgroups (version 2): limits for a process and all its descendants, and a way to kill all of them at once.
//
// Used only in a subtree that was delegated to this process, for example by Delegate= of systemd. A limit whose
// controller is not delegated is not set.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack {

class cgroup {
public:
    struct limits {
        std::size_t memory;  // bytes, all processes together
        std::size_t tasks;   // threads and processes
    };

    // Kills the processes that are left in it and removes it.
    ~cgroup();
    cgroup(const cgroup&) = delete;
    cgroup& operator=(const cgroup&) = delete;

    // Moves a process with all its threads into the group; its later children belong to it as well. False on failure.
    bool add(pid_t process) const;
    void kill() const noexcept;

private:
    friend class cgroup_tree;
    explicit cgroup(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path folder_;
};

class cgroup_tree {
public:
    // The subtree that is delegated to this process. A cgroup with processes of its own cannot have child groups with
    // limits (the "no internal processes" rule), so this process moves into a child group. The complaint completes "...
    // because ...".
    static result<std::unique_ptr<cgroup_tree>, complaint> of_this_process();
    // The same for `folder`, the group that this process is in.
    static result<std::unique_ptr<cgroup_tree>, complaint> at(const std::filesystem::path& folder);

    // Which limits this subtree can set.
    bool limits_memory() const noexcept { return limits_memory_; }
    bool limits_tasks() const noexcept { return limits_tasks_; }

    // A new group named after `name`. Null on failure; the log says why. Any thread.
    std::unique_ptr<cgroup> make(std::string_view name, const cgroup::limits& limits, log& log) const;

private:
    explicit cgroup_tree(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path root_;
    bool limits_memory_ = false, limits_tasks_ = false;
    mutable std::atomic<unsigned> made_ = 0;
};

}  // namespace toolrack
