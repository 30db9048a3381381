// What this process asks of the kernel for itself.
#pragma once

#include <cstddef>

#include "base/log.hpp"

namespace toolrack::service {

// A core file, or another process of this user, would hold every token that was shown.
void keep_memory_private();

// As many open files as the system lets us have: every connection is one. Warns when that is less than
// `connections` need.
void allow_open_files(std::size_t connections, log& log);

}  // namespace toolrack::service
