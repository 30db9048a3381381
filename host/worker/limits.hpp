// Limits that every Unix has: memory, descriptors, core files.
//
// There is none on the number of processes (RLIMIT_NPROC counts all of a user's, and nobody's of root), on the
// size of a file (there can be many of them) and on time on the processor (deadlines are the server's).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace toolrack::worker {

struct limits {
    std::size_t memory;      // bytes, besides what this process holds already
    std::size_t threads;     // that will be started, whose stacks come on top
    std::size_t descriptors = 1024;
};

// Whether memory can be limited in this build: what sanitizers reserve for themselves is terabytes.
extern const bool memory_can_be_limited;

result<void, complaint> put_on(const limits& wanted);

}  // namespace toolrack::worker
