// Limits and protections that this process sets for itself.
#pragma once

#include <cstddef>

#include "base/log.hpp"

namespace toolrack::service {

// Disables core files and reading by debuggers of the same user: the memory holds bearer tokens.
void forbid_memory_dumps();

// Raises the soft limit of open files to the hard limit. Warns when that is too low for `connections`.
void raise_open_files_limit(std::size_t connections, log& log);

}  // namespace toolrack::service
