// The seccomp filter of a confined process: a list of allowed system calls.
//
// A forbidden call fails with EPERM instead of killing the process: a plugin can continue without an optional feature
// or report the error, and other calls of the same process are not lost. Calls newer than this list fail with ENOSYS,
// so that C libraries use their fallbacks. Calls of another architecture (32-bit, x32) kill the process.
//
// libseccomp has the numbers of each architecture and builds a binary tree. The kernel caches calls that are allowed
// with any arguments, so their check costs next to nothing.
#pragma once

#include "base/error.hpp"

namespace toolrack::worker {

struct allowed_calls {
    bool network = false;    // sockets of IPv4 and IPv6
    bool processes = false;  // fork and exec
    // What the kernel's Landlock cannot restrict is forbidden completely.
    bool truncation_is_confined = false;
    bool signals_are_confined = false;
};

// Applies to this thread and all later ones. The error means that the kernel has no seccomp filters.
result<void, complaint> allow_only(const allowed_calls& wanted);

}  // namespace toolrack::worker
