// What root may do and others may not. A worker may do none of it, whoever started the server.
#pragma once

#include "base/error.hpp"

namespace toolrack::worker {

// Also says, for good, that no program that is run later brings any back (no_new_privs).
result<void, complaint> drop_capabilities();

}  // namespace toolrack::worker
