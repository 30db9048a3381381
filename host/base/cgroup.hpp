// Cgroups (version 2): limits that hold for a process with all that it starts, and an end for all of them at once.
//
// Only in a part of the tree that somebody left to this process, as systemd does with Delegate=; elsewhere nothing
// is touched. What a group cannot limit, because its controller was not left to us, it does not.
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
        std::size_t memory;  // bytes, of all its processes together
        std::size_t tasks;   // threads and processes
    };

    // Ends what is left in it, and removes it.
    ~cgroup();
    cgroup(const cgroup&) = delete;
    cgroup& operator=(const cgroup&) = delete;

    // With all its threads, and whatever it starts from then on. False when it is not so.
    bool add(pid_t process) const;
    void kill() const noexcept;

private:
    friend class cgroup_tree;
    explicit cgroup(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path folder_;
};

class cgroup_tree {
public:
    // The part of the tree that was left to this process. A group with processes of its own has no groups with limits
    // beneath it, so this process moves into one beneath, too. The complaint is the end of "... , because ...".
    static result<std::unique_ptr<cgroup_tree>, complaint> of_this_process();
    // The same for what is in `folder`, the group that this process is in.
    static result<std::unique_ptr<cgroup_tree>, complaint> at(const std::filesystem::path& folder);

    // What is limited there.
    bool limits_memory() const noexcept { return limits_memory_; }
    bool limits_tasks() const noexcept { return limits_tasks_; }

    // A group of its own for what `name` says. Null when the kernel makes none, and the log says why. Any thread.
    std::unique_ptr<cgroup> make(std::string_view name, const cgroup::limits& limits, log& log) const;

private:
    explicit cgroup_tree(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path root_;
    bool limits_memory_ = false, limits_tasks_ = false;
    mutable std::atomic<unsigned> made_ = 0;
};

}  // namespace toolrack
