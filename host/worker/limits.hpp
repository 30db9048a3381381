// Resource limits (setrlimit): memory, descriptors, core files.
//
// Not limited: processes (RLIMIT_NPROC counts all of the user's and does not apply to root), file sizes (a plugin can
// write many files) and CPU time (the server has deadlines).
#pragma once

#include <cstddef>

#include "base/error.hpp"

namespace toolrack::worker {

struct limits {
    std::size_t memory;   // bytes, besides the present use of this process
    std::size_t threads;  // to be started; their stacks are added to the memory
    std::size_t descriptors = 1024;
};

// False in builds with a sanitizer, which reserves terabytes.
extern const bool memory_can_be_limited;

result<void, complaint> apply(const limits& wanted);

}  // namespace toolrack::worker
