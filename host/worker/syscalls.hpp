// The system calls that are left to a confined process: a list of those that are allowed.
//
// What is forbidden fails with EPERM, as it does for anybody without the right to it, and ends nobody: a plugin
// that only tries (a cache on a socket, a descriptor in memory) goes on without, one that must have it says so
// in its answer, and the calls beside it are not lost. What is newer than this list fails with ENOSYS, as on an
// older kernel: C libraries then fall back on what is on it. System calls of another architecture (the 32-bit
// ones, x32) end the process: nobody makes one by accident.
//
// Written with libseccomp, which knows every number on each machine, and sorts the list into a tree. Where a call
// is allowed whatever its arguments are, the kernel itself remembers that, and the list costs next to nothing.
#pragma once

#include "base/error.hpp"

namespace toolrack::worker {

struct allowed_calls {
    bool network = false;    // sockets of IPv4 and IPv6
    bool processes = false;  // fork and exec
    // What Landlock of this kernel cannot confine has to be forbidden altogether.
    bool truncation_is_confined = false;
    bool signals_are_confined = false;
};

// From now on, in this thread and all that come after it, there are only these. The complaint is for a kernel
// that has no such filters.
result<void, complaint> allow_only(const allowed_calls& wanted);

}  // namespace toolrack::worker
